export interface ChangeTriggerOptions {
  /** The table's name exactly as in the catalog: case-sensitive. It is quoted, so it may contain any characters. */
  readonly table: string;
  /** Default: the schema in which the search path finds the table when the SQL runs. */
  readonly schema?: string;
  /** The resource name that rules use for this table (`on`). Default: the table's name. */
  readonly resource?: string;
  /**
   * The column, or columns, that identify a row. The `id` of a change is the column's text, independent of the
   * settings of the writing session (TimeZone is UTC, DateStyle ISO, …). For several columns it is the text of a JSON
   * array, and each column is also a field. Default `id`.
   */
  readonly id?: string | readonly string[];
  /**
   * The scope, or scopes, of a change of a row: `project:$project_id`. `$column` and `${any column}` stand for the
   * row's value, `$$` for a dollar sign. A scope with a NULL value, or with more than 128 characters, is omitted.
   */
  readonly scopes: string | readonly string[];
  /** Columns that rule templates use. They are sent as text, or as null. */
  readonly fields?: readonly string[];
  /**
   * Columns for rules that patch, sent as `row`. Every client that receives the change can read them. Clients read
   * numbers as IEEE doubles: other bigint or numeric values arrive rounded, and values too large for a double as
   * null.
   */
  readonly row?: readonly string[];
  /** Default `tidemark`. */
  readonly channel?: string;
  /** Prefix of the names of the triggers and the function; set it to put two sets of triggers on one table. */
  readonly name?: string;
  /**
   * Also report writes of sessions whose `session_replication_role` is `replica`, which some tools set to copy data
   * in (`ENABLE ALWAYS`). Default false, as in PostgreSQL.
   */
  readonly always?: boolean;
}

export interface ChangeTriggers {
  /** Creates or replaces the function and the triggers. Needs PostgreSQL 14. */
  readonly up: string;
  /** Drops them, if they exist. */
  readonly down: string;
}

/**
 * Returns SQL for triggers that report a table's changes to the hub; put it into a migration. The triggers run once
 * per statement: INSERT, UPDATE, DELETE, MERGE, COPY, a cascade, TRUNCATE. Each scope gets one notification with all
 * its changes. If they do not fit into the 8000 bytes of a NOTIFY, they are sent without `row`; if they still do not
 * fit, the notification is a reset: anything in this scope may have changed.
 *
 * An UPDATE that moves a row to another scope, or changes one of its `fields`, reports both the old and the new row.
 * If the transaction has set `tidemark.mutation`, its changes carry that value as `mutation`. Each notification of a
 * transaction has its own `notify_id`, because PostgreSQL would send equal notifications only once; the hub removes
 * it.
 *
 * The function runs with the rights of the role that runs `up`. That should be the table's owner; only this role can
 * use the function for other tables. Every role that may write to the table can therefore fire the triggers, and a
 * TRUNCATE reports all scopes even if its role may not read any row. If the table has FORCE ROW LEVEL SECURITY, the
 * policies must let the function's owner see all rows.
 *
 * The triggers never fail the statement that they report. If jsonb cannot hold a value, such as a `json` column with
 * `\u0000` in a string, its changes are sent without `row`. If a column was renamed or dropped, changes are sent as
 * resets with a WARNING, until you run `up` of triggers with the new name; a scope that uses that column is not
 * reported, and the hub warns about it (or resets its `defaultScope`). `up` fails if a column does not exist.
 *
 * On a partitioned table the triggers report writes to that table. A write or TRUNCATE that names a partition is not
 * reported unless the partition has its own triggers; DETACH and DROP are never reported. A transaction with
 * reported changes cannot be prepared for two-phase commit: PostgreSQL refuses that after any NOTIFY. Any role of
 * the database can LISTEN to the channel and NOTIFY it.
 * @throws {TypeError} that names the invalid option and what is allowed
 */
export function changeTriggers(options: ChangeTriggerOptions): ChangeTriggers;
