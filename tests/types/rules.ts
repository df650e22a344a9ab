/** What TypeScript must accept and refuse in rules. Compiled, never run. */
import { defineRules, QueryClient, type RuleSet } from 'tidemark';
import { claim, type Same } from './assert.js';

type Resources = {
  task: { id: string; project_id: string };
  project: { id: string };
};

const rules = defineRules<Resources>()([
  {
    on: 'task',
    invalidate: [
      ['tasks', 'detail', '$id'],
      ['tasks', 'list', { project: '$project_id:number' }],
      { key: ['tasks', '$action'], exact: true, refetchType: 'all' },
      ['price', '$$id'],
    ],
  },
  { on: { resource: 'project', action: ['INSERT', 'DELETE'] }, refetch: [['projects']] },
]);
claim<Same<typeof rules, RuleSet>>(true);

defineRules<Resources>()([
  // @ts-expect-error no such resource
  { on: 'tusk', invalidate: [['tasks']] },
]);
defineRules<Resources>()([
  // @ts-expect-error a task has no field `projectId`
  { on: 'task', invalidate: [['tasks', 'list', '$projectId']] },
]);
defineRules<Resources>()([
  // @ts-expect-error a project has no field `project_id`, not even deeper in the key
  { on: 'project', invalidate: [['projects', { of: ['$project_id'] }]] },
]);
defineRules<Resources>()([
  // @ts-expect-error nor in a target with options
  { on: 'project', remove: [{ key: ['projects', '$project_id:string'] }] },
]);
defineRules<Resources>()([
  // @ts-expect-error no such target
  { on: 'task', invalidte: [['tasks']] },
]);
defineRules<Resources>()([
  // @ts-expect-error no such refetchType
  { on: 'task', invalidate: [{ key: ['tasks'], refetchType: 'now' }] },
]);

defineRules([{ on: 'anything', invalidate: [['x', '$whatever']] }]);
// @ts-expect-error `on` is needed
defineRules([{ invalidate: [['x']] }]);

const client = new QueryClient({ rules });
claim<Same<ReturnType<typeof client.applyChange>, number>>(true);
client.applyChange({ resource: 'task', id: 1, action: 'UPDATE', project_id: 9 });
// @ts-expect-error a change names its resource
client.applyChange({ id: 1 });

const channel = client.connect({
  url: '/live',
  ticket: async () => 'ticket',
  scopes: ['project:9'],
});
claim<Same<typeof channel.status, 'live' | 'catching-up' | 'gap' | 'offline' | 'stopped'>>(true);
// @ts-expect-error scopes are a list
client.connect({ url: '/live', scopes: 'project:9' });
