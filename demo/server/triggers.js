/** What the clinic's tables tell the hub: who hears of which row, and the fields that rules need. */
import { changeTriggers } from 'tidemark/hub/postgres';

/** @type {Record<string, { resource: string, part: string, fields: string[] }>} */
const TOLD = {
  // People's names are shown in appointments, so whoever may hear of those hears of them.
  people: { resource: 'person', part: 'appointments', fields: [] },
  appointments: { resource: 'appointment', part: 'appointments', fields: ['therapist_id'] },
  payments: { resource: 'payment', part: 'payments', fields: ['appointment_id'] },
  journeys: { resource: 'journey', part: 'journeys', fields: ['driver_id', 'appointment_id'] },
};

/** SQL that creates the triggers, or replaces them. */
export const TRIGGERS = Object.entries(TOLD)
  .map(([table, { resource, part, fields }]) =>
    changeTriggers({
      schema: 'clinic',
      table,
      resource,
      scopes: `clinic:$clinic_id:${part}`,
      fields: ['clinic_id', ...fields],
    }),
  )
  .map(({ up }) => up)
  .join('\n');
