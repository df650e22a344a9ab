import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import * as namespace from '../../../js-glue/engine/codes.js';
import { CLOSE } from '../../../js-glue/hub/base/protocol.js';
import { RECORD } from '../../../js-glue/query/observer-options.js';

/** The exports as an object, to look them up by name. */
const codes = { ...namespace };

const header = readFileSync(new URL('../../../src/tidemark.h', import.meta.url), 'utf8').replaceAll(
  /\/\*[\s\S]*?\*\//g,
  '',
);

/** The members of a C enum, evaluated as C does: without a value, one more than the one before. */
function membersOf(name) {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(header)?.[1];
  assert.ok(body, `src/tidemark.h has no enum ${name}`);
  let last = -1;
  const members = {};
  for (const part of body.split(',').map((text) => text.trim())) {
    if (part === '') continue;
    const [member, value] = part.split('=').map((text) => text.trim());
    last = value === undefined ? last + 1 : Number(value);
    members[member] = last;
  }
  return members;
}

/** As members of the C enum, less those that only C needs. */
const named = (values, prefix) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
const without = (members, ...names) => {
  for (const name of names) delete members[name];
  return members;
};

const pairs = [
  ['ErrorCode', 'tidemark_error', 'TIDEMARK_ERROR_', ['TIDEMARK_OK']],
  ['Event', 'tidemark_event_type', 'TIDEMARK_', ['TIDEMARK_EVENT_END']],
  ['Effect', 'tidemark_effect_type', 'TIDEMARK_EFFECT_'],
  ['Outcome', 'tidemark_outcome', 'TIDEMARK_OUTCOME_'],
  ['Fetching', 'tidemark_fetching', 'TIDEMARK_FETCHING_'],
  ['Landing', 'tidemark_landing', 'TIDEMARK_LANDING_'],
  ['Frame', 'tidemark_frame', 'TIDEMARK_FRAME_'],
  ['StreamStatus', 'tidemark_stream_status', 'TIDEMARK_STREAM_'],
  ['Close', 'tidemark_close_code', 'TIDEMARK_CLOSE_'],
  ['Warning', 'tidemark_warning', 'TIDEMARK_WARNING_'],
  ['NetworkMode', 'tidemark_network_mode', 'TIDEMARK_NETWORK_'],
  ['RefetchOn', 'tidemark_refetch_on', 'TIDEMARK_REFETCH_'],
  ['RefetchType', 'tidemark_refetch_type', 'TIDEMARK_REFETCH_'],
  ['Match', 'tidemark_match_flags', 'TIDEMARK_MATCH_'],
  ['KeyTag', 'tidemark_key_tag', 'TIDEMARK_KEY_'],
];

for (const [name, enumName, prefix, onlyInC = []] of pairs) {
  test(`${name} holds exactly the numbers of enum ${enumName}`, () => {
    assert.deepEqual(named(codes[name], prefix), without(membersOf(enumName), ...onlyInC));
  });
}

test('an observer record has the members of struct tidemark_observer_options, in order', () => {
  const [, body] = /typedef struct tidemark_observer_options \{([^}]*)\}/.exec(header) ?? [];
  const members = [...body.matchAll(/(double|uint8_t) (\w+);/g)];
  const named = (/** @type {string} */ type) =>
    members
      .filter((m) => m[1] === type)
      .map((m) => m[2].replace(/_(\w)/g, (_, c) => c.toUpperCase()));
  assert.deepEqual(RECORD, { doubles: named('double'), bytes: named('uint8_t') });
  assert.deepEqual(
    members.map((m) => m[1]),
    [...RECORD.doubles.map(() => 'double'), ...RECORD.bytes.map(() => 'uint8_t')],
  );
});

test('the hub closes connections with the codes that the core knows', () => {
  assert.equal(CLOSE.protocolError, codes.Close.PROTOCOL_ERROR);
  assert.equal(CLOSE.notSignedIn, codes.Close.NOT_SIGNED_IN);
});

for (const name of /** @type {const} */ (['DEFAULT_MESSAGE_BYTES', 'DEFAULT_KEY_BYTES'])) {
  test(`${name} is what the core takes`, () => {
    const [, bytes] = new RegExp(`#define TIDEMARK_${name} +(\\d+)`).exec(header) ?? [];
    assert.equal(codes[name], Number(bytes));
  });
}

test('State holds exactly the numbers of enum tidemark_entry_state', () => {
  const members = membersOf('tidemark_entry_state');
  for (const [name, value] of Object.entries(codes.State)) {
    const known = members[`TIDEMARK_STATE_${name}`] ?? members[`TIDEMARK_${name}`];
    assert.equal(value, known, name);
  }
  assert.equal(Object.keys(codes.State).length, Object.keys(members).length);
});

test('STATIC is TIDEMARK_STATIC', () => {
  const value = /#define TIDEMARK_STATIC \((.*)\)/.exec(header)?.[1];
  assert.equal(codes.STATIC, Number(value));
});

test('STATS names the members of tidemark_stats in their order', () => {
  const body = /typedef struct tidemark_stats \{([^}]*)\}/.exec(header)?.[1] ?? '';
  const names = body
    .replaceAll('double', '')
    .split(/[;,]/)
    .map((text) => text.trim().replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase()))
    .filter((text) => text !== '');
  assert.deepEqual([...codes.STATS], names);
});
