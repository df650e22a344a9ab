import type { Register } from './common.js';

/** Each resource by name, with the fields of its changes. */
export type ResourceMap = Record<string, object>;

type RegisteredResources = Register extends { resources: infer R extends ResourceMap } ? R : never;

/** A name, or a name with an id: `'Post'`, `['Post', 1]`. */
export type Tag = string | readonly unknown[];

/** A change of all queries that have one of these tags. `'Post'` also matches every `['Post', …]`. */
export interface TagChange {
  tags: readonly Tag[];
}

/** A change from the stream or from the app: resource, id and action; or tags. */
export type Change = ResourceChange | TagChange;

type ResourceChange = [RegisteredResources] extends [never]
  ? { resource: string; action?: string; tags?: readonly Tag[]; [field: string]: unknown }
  : {
      [Name in keyof RegisteredResources & string]: {
        resource: Name;
        action?: string;
      } & Partial<RegisteredResources[Name]>;
    }[keyof RegisteredResources & string];

/**
 * A part of a key template. `'$name'` is replaced by that field of the change, `'$name:number'` and
 * `'$name:string'` also cast it, `'$$'` is a dollar sign. A template whose field is missing is skipped.
 */
export type TemplatePart =
  | string
  | number
  | boolean
  | null
  | readonly TemplatePart[]
  | { readonly [name: string]: TemplatePart };

export type KeyTemplate = readonly TemplatePart[];

export interface RuleTarget {
  readonly key: KeyTemplate;
  /** Matches equal keys only, instead of all keys that start with this one. Default false. */
  readonly exact?: boolean;
  /** Which of the matching queries are refetched. Default `'active'`. */
  readonly refetchType?: 'active' | 'inactive' | 'all' | 'none';
}

/** A resource, optionally with actions, and the query keys that its changes affect. */
export interface Rule {
  readonly on: string | { readonly resource: string; readonly action?: string | readonly string[] };
  /** Marks queries as stale. Active ones refetch while the page is visible, at most 8 at a time. */
  readonly invalidate?: readonly (KeyTemplate | RuleTarget)[];
  /** Marks queries as stale and refetches active ones at once. */
  readonly refetch?: readonly (KeyTemplate | RuleTarget)[];
  /**
   * For deleted rows: removes unobserved queries that no caller waits for. Resets all others as `reset` does, so
   * that they show the server's 404 or `null`.
   */
  readonly remove?: readonly (KeyTemplate | RuleTarget)[];
  readonly reset?: readonly (KeyTemplate | RuleTarget)[];
}

export type RuleSet = readonly Rule[];

type FieldName<Placeholder extends string> = Placeholder extends
  | `${infer Name}:number`
  | `${infer Name}:string`
  ? Name
  : Placeholder;

/** `Part` if it is valid, otherwise the valid placeholders. */
type CheckedPart<Part, Field extends string> = Part extends `$$${string}`
  ? Part
  : Part extends `$${infer Placeholder}`
    ? FieldName<Placeholder> extends Field
      ? Part
      : `$${Field}`
    : Part extends string | number | boolean | null
      ? Part
      : { readonly [K in keyof Part]: CheckedPart<Part[K], Field> };

type CheckedTemplate<Template, Field extends string> = Template extends readonly unknown[]
  ? CheckedPart<Template, Field>
  : {
      readonly [K in keyof Template]: K extends 'key'
        ? CheckedPart<Template[K], Field>
        : Template[K];
    };

type ResourceOf<On> = On extends { readonly resource: infer Name } ? Name : On;

type FieldOf<Resources, Name> = Name extends keyof Resources
  ? (keyof Resources[Name] & string) | 'resource' | 'action'
  : never;

type CheckedRule<R, Resources> = R extends { readonly on: infer On }
  ? ResourceOf<On> extends keyof Resources
    ? {
        readonly [K in keyof R]: K extends 'on'
          ? R[K]
          : K extends keyof Rule
            ? R[K] extends readonly unknown[]
              ? { [I in keyof R[K]]: CheckedTemplate<R[K][I], FieldOf<Resources, ResourceOf<On>>> }
              : R[K]
            : never;
      }
    : { readonly on: keyof Resources }
  : never;

/**
 * Checks rules where they are written. Rules are JSON and can be shared with a server.
 *
 * ```ts
 * const rules = defineRules<{ task: { id: string; project_id: string } }>()([
 *   { on: 'task', invalidate: [['tasks', 'detail', '$id'], ['tasks', 'list', '$project_id']] },
 * ]);
 * ```
 * @returns the rules, frozen
 * @throws TypeError that names the rule, what is wrong and what is allowed
 */
export declare function defineRules(rules: readonly Rule[]): RuleSet;
/** With the resources as a type argument, TypeScript checks resources and `$field` placeholders. */
export declare function defineRules<Resources extends ResourceMap>(): <
  const Rules extends readonly Rule[],
>(
  rules: Rules & { readonly [I in keyof Rules]: CheckedRule<Rules[I], Resources> },
) => RuleSet;
