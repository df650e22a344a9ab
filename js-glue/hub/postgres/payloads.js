/** NOTIFY refuses a payload of this many bytes, and with it the statement. */
const PAYLOAD_BYTES = 8000;
/** More of the shortest changes do not fit into a payload. */
const CHANGES = 800;
/** Nor does a change of this size as PostgreSQL holds it, which is known without writing it out. */
const CHANGE_BYTES = 8 * PAYLOAD_BYTES;

/** The hub lets nobody subscribe to a longer one; a NULL in a scope makes it no scope. */
export const IS_SCOPE = 'char_length(s.scope) BETWEEN 1 AND 128';
export const RESET = "jsonb_build_object('reset', true, 'scope', s.scope)::text";

/** @param {'lean' | 'whole'} what @returns {string} the changes of a scope, those that may fit */
const list = (what) =>
  `jsonb_agg(${what}) FILTER (WHERE place <= ${CHANGES} AND pg_column_size(${what}) < ${CHANGE_BYTES})`;

/** @param {'lean' | 'whole'} what @returns {string} text, NULL if a change is not in the list */
const message = (what) => `(common || jsonb_build_object('scope', scope) || CASE total
                 WHEN 1 THEN ${what} -> 0
                 WHEN jsonb_array_length(${what}) THEN jsonb_build_object('changes', ${what})
               END)::text`;

/**
 * From `changes` to one payload for each scope: with rows, else without, else "anything may have
 * changed". What is too large is left out before it is put together: PostgreSQL refuses a jsonb of
 * 256 MB.
 */
export const PAYLOADS = `lists AS (
        SELECT scope, count(*) AS total,
               ${list('whole')} AS whole,
               ${list('lean')} AS lean
          FROM (SELECT *, row_number() OVER (PARTITION BY scope) AS place
                  FROM changes AS s WHERE ${IS_SCOPE}) AS placed
         GROUP BY scope),
      messages AS (
        SELECT scope,
               ${message('whole')} AS whole,
               ${message('lean')} AS lean
          FROM lists)
      SELECT CASE
               WHEN octet_length(whole) < ${PAYLOAD_BYTES} THEN whole
               WHEN octet_length(lean) < ${PAYLOAD_BYTES} THEN lean
               ELSE ${RESET}
             END AS payload FROM messages AS s`;
