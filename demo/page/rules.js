/**
 * What each change in the database makes untrue. The triggers in server/schema.sql send these
 * resources and fields; the keys are made in keys.js.
 */
import { defineRules } from 'tidemark';

export const rules = defineRules([
  {
    on: 'appointment',
    invalidate: [
      ['appointments', 'clinic', '$clinic_id:number'],
      ['appointments', 'therapist', '$therapist_id:number'],
      ['journeys'], // a journey shows its appointment's state
      ['board', '$clinic_id:number'],
    ],
  },
  { on: 'payment', invalidate: [['payments', '$clinic_id:number']] },
  {
    on: 'journey',
    invalidate: [
      ['journeys', 'clinic', '$clinic_id:number'],
      ['journeys', 'driver', '$driver_id:number'],
    ],
  },
  { on: 'person', invalidate: [['appointments'], ['journeys'], ['board']] },
]);
