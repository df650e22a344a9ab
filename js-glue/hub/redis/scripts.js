/**
 * What has to happen at once. All keys of a log share a hash tag, so that they live on one node.
 *
 *   head    a hash: epoch, seq, run (of the server that has it), led (when a leader last renewed),
 *           vouched (the leader that has told again what the one before it may not have told),
 *           sourced (when a hub that has a source, well or not, was last here)
 *   log     a stream; the entry at seq 121 has the id 121-0 and the fields scopes, data, at;
 *           the first of an epoch has the field epoch instead
 *   ticket:… the user of a ticket that was not used yet, by the ticket's hash
 *   tickets:… the keys of a user's last tickets, oldest first, by the hash of the user's id
 *   leader  the id of the hub that tells what the source says, for as long as its lease
 */
export const KEYS = Object.freeze({ head: 'head', log: 'log', leader: 'leader' });

/**
 * Positions that a log which was lost may have given out beyond what the one who opens it knows: a
 * new epoch starts this far on, where no reader can have been.
 */
const LEAP = 1_000_000;

/** Older entries are worth nothing in a new epoch. */
const BEGIN_EPOCH = `
local function begin_epoch(epoch, seq)
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'seq', string.format('%.0f', seq))
  redis.call('DEL', KEYS[2])
  redis.call('XADD', KEYS[2], string.format('%.0f-0', seq), 'epoch', epoch)
end`;

const NOW = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`;

/**
 * ARGV: the server's run id, an epoch to begin if the log is new or of another run, our last seq.
 * Another run may have lost entries, and positions with them. Gives epoch, seq and all entries.
 */
export const OPEN = `${BEGIN_EPOCH}
if redis.call('HGET', KEYS[1], 'run') ~= ARGV[1] then
  local seq = tonumber(redis.call('HGET', KEYS[1], 'seq') or 0)
  begin_epoch(ARGV[2], math.max(seq, tonumber(ARGV[3])) + ${LEAP})
  redis.call('HSET', KEYS[1], 'run', ARGV[1])
end
return {
  redis.call('HGET', KEYS[1], 'epoch'),
  tonumber(redis.call('HGET', KEYS[1], 'seq')),
  redis.call('XRANGE', KEYS[2], '-', '+'),
}`;

/** What APPEND and EPOCH say when they did nothing. */
export const NOT_LEADER = 0;
export const NO_LOG = -1;

const REFUSE = `
if redis.call('HGET', KEYS[1], 'epoch') == false then return ${NO_LOG} end
if ARGV[1] ~= '' and redis.call('GET', KEYS[3]) ~= ARGV[1] then return ${NOT_LEADER} end`;

/** ARGV: the leader that says it or '', how many entries to keep, scopes, data, at. Gives the seq. */
export const APPEND = `${REFUSE}
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], string.format('%.0f-0', seq),
  'scopes', ARGV[3], 'data', ARGV[4], 'at', ARGV[5])
return seq`;

/** ARGV: the leader that says it or '', the new epoch. Gives its first seq. */
export const EPOCH = `${BEGIN_EPOCH}${REFUSE}
local seq = tonumber(redis.call('HGET', KEYS[1], 'seq')) + 1
begin_epoch(ARGV[2], seq)
return seq`;

/**
 * ARGV: who wants to lead, for how many ms. Gives -1 if another leads, else for how long nobody had
 * renewed the lease, in ms; as good as for ever if nobody ever did.
 */
export const LEAD = `${NOW}
local leader = redis.call('GET', KEYS[3])
if leader and leader ~= ARGV[1] then return -1 end
local led = tonumber(redis.call('HGET', KEYS[1], 'led') or 0)
if not leader then redis.call('HDEL', KEYS[1], 'vouched') end
redis.call('SET', KEYS[3], ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[1], 'led', string.format('%.0f', now()))
return math.max(0, now() - led)`;

/** ARGV: the leader, that has told all it had to tell again. Gives the last seq of it. */
export const VOUCH = `${REFUSE}
redis.call('HSET', KEYS[1], 'vouched', ARGV[1])
return tonumber(redis.call('HGET', KEYS[1], 'seq'))`;

/** What HEARD says when nobody tells what the sources say. */
export const NOBODY = -1;

/** After so long without any hub that has a source, there is none to wait for: all is published. */
const SOURCE_GONE_MS = 24 * 60 * 60 * 1000;

/**
 * ARGV: '1' from a hub that has a source, else ''. Gives the seq up to which all that the sources
 * said is told, if somebody goes on to tell it, or if no hub has a source.
 */
export const HEARD = `${NOW}
if ARGV[1] ~= '' then redis.call('HSET', KEYS[1], 'sourced', string.format('%.0f', now())) end
local leader = redis.call('GET', KEYS[3])
local told = leader and redis.call('HGET', KEYS[1], 'vouched') == leader
local sourced = tonumber(redis.call('HGET', KEYS[1], 'sourced') or 0)
if not told and now() - sourced < ${SOURCE_GONE_MS} then return ${NOBODY} end
return tonumber(redis.call('HGET', KEYS[1], 'seq') or 0)`;

/** ARGV: who no longer leads. */
export const RESIGN = `
if redis.call('GET', KEYS[3]) == ARGV[1] then redis.call('DEL', KEYS[3]) end
return 0`;

/**
 * KEYS: a ticket's, and the list of those that its owner was given last. ARGV: the user, for how many
 * ms, how many of an owner's are good. Gives how many were discarded that nobody had used.
 */
export const KEEP_TICKET = `
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('RPUSH', KEYS[2], KEYS[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
local discarded = 0
while redis.call('LLEN', KEYS[2]) > tonumber(ARGV[3]) do
  discarded = discarded + redis.call('DEL', redis.call('LPOP', KEYS[2]))
end
return discarded`;

/** KEYS: a ticket's. Gives its user, once. */
export const TAKE_TICKET = `
local user = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
return user`;
