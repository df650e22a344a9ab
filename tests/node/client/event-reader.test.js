import assert from 'node:assert/strict';
import test from 'node:test';
import { SseParser } from '../../../js-glue/channel/sse-parser.js';

/** @param {string[]} pieces @param {number} [limit] */
function read(pieces, limit = 1000) {
  /** @type {string[]} */
  const events = [];
  const reader = new SseParser(limit, (data) => events.push(data));
  for (const piece of pieces) reader.push(piece);
  return events;
}

test('an event ends with an empty line, whatever ends its lines', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    assert.deepEqual(read([`id: e:1${end}data: {"a":1}${end}${end}data:b${end}${end}x`]), [
      '{"a":1}',
      'b',
    ]);
  }
});

test('it does not matter where the text is cut', () => {
  const text = ': hello\r\n\r\nid: e:1\r\ndata: one\r\n\r\ndata: two\r\ndata: lines\r\n\r\n';
  for (let at = 0; at <= text.length; at += 1) {
    assert.deepEqual(read([text.slice(0, at), text.slice(at)]), ['one', 'two\nlines']);
  }
  assert.deepEqual(read([...text]), ['one', 'two\nlines']);
});

test('an event without data, or without an end, is none', () => {
  assert.deepEqual(read(['event: ping\nid: 1\n\nretry: 10\n\ndata: cut off\n']), []);
});

test('only one space after the colon is taken away', () => {
  assert.deepEqual(read(['data:  two\n\n']), [' two']);
});

test('an event longer than the limit is read as empty, and the next one is well', () => {
  const long = 'x'.repeat(50);
  const events = ['', 'ok'];
  assert.deepEqual(read([`data: ${long}\n\ndata: ok\n\n`], 20), events);
  assert.deepEqual(read([`data: ${long}`, long, '\n\ndata: ok\n\n'], 20), events);
  assert.deepEqual(read(['data: 0123456789\ndata: 0123456789x\n\ndata: ok\n\n'], 20), events);
});
