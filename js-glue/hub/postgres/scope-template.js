/** `$column`, `${any column}`, `$$` for a dollar sign, a lone dollar sign, or text. */
const PART = /\$([\p{L}_][\p{L}\p{N}_]*)|\$\{([^}]+)\}|(\$\$?)|[^$]+/gu;

/**
 * Takes a template such as `project:$project_id` apart.
 *
 * @param {string} template
 * @returns {({ text: string } | { column: string })[]}
 * @throws {TypeError} for a dollar sign that names no column
 */
export function parseScope(template) {
  return [...template.matchAll(PART)].map(([part, plain, braced, dollar]) => {
    if (dollar === '$') {
      throw new TypeError(
        `each $ in scopes must be $column, \${any column} or $$; got ${template}`,
      );
    }
    if (dollar) return { text: '$' };
    const column = plain ?? braced;
    return column === undefined ? { text: part } : { column };
  });
}
