export interface ChangeTriggerOptions {
  /** The table's name as the catalog has it: case counts, and it is quoted whatever it holds. */
  readonly table: string;
  /** Default: where the search path finds the table when the SQL runs. */
  readonly schema?: string;
  /** What rules call a row of this table (`on`). Default: the table's name. */
  readonly resource?: string;
  /**
   * The column that tells rows apart, or several. A change's `id` is its text, the same whatever the
   * session that writes has set (TimeZone is UTC, DateStyle ISO, …); of several columns, the text of
   * a JSON array, and each is a field besides. Default `id`.
   */
  readonly id?: string | readonly string[];
  /**
   * Who hears of a change of a row: `project:$project_id`, or several. `$column` and `${any column}`
   * stand for the row's value, `$$` for a dollar sign. A scope with a NULL in it, or of more than
   * 128 characters, is none.
   */
  readonly scopes: string | readonly string[];
  /** Columns that the templates of rules name. They arrive as text, or as null. */
  readonly fields?: readonly string[];
  /**
   * Columns for rules that patch, as `row`. Everybody who hears of the change can read them. Numbers
   * are IEEE doubles for who reads them: a bigint or numeric that is none arrives rounded, and one
   * too large for them as null.
   */
  readonly row?: readonly string[];
  /** Default `tidemark`. */
  readonly channel?: string;
  /** Begins the names of the triggers and the function; for a table told in two ways. */
  readonly name?: string;
  /**
   * Tell also what a session writes whose `session_replication_role` is `replica`, as some tools set
   * it that copy data in (`ENABLE ALWAYS`). Default false, as PostgreSQL's.
   */
  readonly always?: boolean;
}

export interface ChangeTriggers {
  /** Creates the function and the triggers, or replaces them. Needs PostgreSQL 14. */
  readonly up: string;
  /** Drops them, if they are there. */
  readonly down: string;
}

/**
 * SQL for triggers that tell the hub of a table's changes, for a migration to contain. They run once
 * a statement, whoever sends it: INSERT, UPDATE, DELETE, MERGE, COPY, a cascade, TRUNCATE. Each
 * scope gets one notification, with all its changes as long as they fit into the 8000 bytes of a
 * NOTIFY; else without their rows; else saying that anything in this scope may have changed.
 *
 * An UPDATE that moves a row from one scope to another, or changes one of its `fields`, tells what
 * the row was as well as what it is. A change carries the setting `tidemark.mutation` of its
 * transaction, if there is one, as `mutation`. `notify_id` is different in each notification of a
 * transaction, or PostgreSQL would tell equal ones once; the hub takes it out.
 *
 * The function has the rights of the role that runs `up`, which should be the table's owner, and may
 * be put on other tables by that role alone. So whoever may write to the table may do so with the
 * triggers, and a TRUNCATE tells all scopes also where its role may read no row. Only where the table
 * has FORCE ROW LEVEL SECURITY, the function's owner must be one that policies let see all rows.
 *
 * They never fail the statement that they tell of. A value that jsonb cannot hold, as a `json` column
 * with `\u0000` in a text, has its changes told without `row`. A column that was renamed or dropped
 * has them told as "anything in this scope may have changed", with a WARNING, until `up` of triggers
 * with its new name is run; a scope made of that column is not told, and the hub warns of it (or
 * resets its `defaultScope`). `up` is refused where a column is not there.
 *
 * On a partitioned table they tell what is written by way of that table. A write or TRUNCATE that
 * names a partition is not told, unless the partition has triggers of its own; nor is DETACH or DROP.
 * A transaction that they told of cannot be prepared for two-phase commit: PostgreSQL refuses that
 * after any NOTIFY. Any role of the database can LISTEN to the channel, and NOTIFY it.
 * @throws {TypeError} naming the option that is wrong and what is allowed
 */
export function changeTriggers(options: ChangeTriggerOptions): ChangeTriggers;
