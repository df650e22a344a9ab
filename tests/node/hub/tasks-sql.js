/** A table whose changes are notified per row, with the row and the scope of its project. */
export const TASKS_SQL = `
  CREATE TABLE task (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    project_id bigint NOT NULL,
    title text NOT NULL
  );
  CREATE FUNCTION notify_task() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_notify('tidemark', json_build_object(
      'resource', 'task',
      'id', NEW.id::text,
      'action', TG_OP,
      'scope', 'project:' || NEW.project_id,
      'row', row_to_json(NEW)
    )::text);
    RETURN NULL;
  END $$;
  CREATE TRIGGER task_changed AFTER INSERT OR UPDATE ON task
    FOR EACH ROW EXECUTE FUNCTION notify_task();
`;
