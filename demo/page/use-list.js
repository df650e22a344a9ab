import { useEffect } from 'react';
import { useQuery } from 'tidemark/react';

/**
 * A list of the clinic, kept current by the stream of changes.
 *
 * @param {import('./desk.js').Desk} desk
 * @param {(user: import('./keys.js').User) => unknown[]} keyOf
 * @param {string} path below /api
 */
export function useList(desk, keyOf, path) {
  useEffect(() => desk.meter.watch(), [desk]);
  return useQuery({
    queryKey: keyOf(desk.user),
    queryFn: (/** @type {any} */ context) => desk.api.read(path, context),
  });
}

/**
 * @param {any[] | undefined} rows
 * @returns {Map<number, any>} the rows by the appointment that they belong to
 */
export const byAppointment = (rows) => new Map((rows ?? []).map((row) => [row.appointmentId, row]));
