/**
 * Who may do what to an appointment, and when. Each rule sees the whole case as it is under
 * the lock, changes it or refuses with a sentence.
 *
 * @typedef {import('./database.js').Queryable} Queryable
 * @typedef {import('./session.js').User} User
 *
 * @typedef {{
 *   appointment_id: number, status: string, therapist_id: number,
 *   patient: string, therapist: string, changed_by_name: string | null,
 *   payment_id: number | null, payment_status: string | null, verified_by_name: string | null,
 *   journey_id: number | null, journey_status: string | null, driver_id: number | null,
 * }} Case one appointment with its payment and its journey
 *
 * @typedef {{
 *   role: 'therapist' | 'operator' | 'driver',
 *   target: 'appointment' | 'payment' | 'journey',
 *   check: (theCase: Case, user: User) => void,
 *   apply: (tx: Queryable, theCase: Case) => Promise<void>,
 * }} Action
 */
import { Refusal } from './refusal.js';

/** @type {Record<string, string>} What a sentence says of an appointment that is elsewhere. */
const APPOINTMENT_IS = {
  pending: 'is still waiting for the therapist',
  confirmed: 'has already been confirmed',
  in_progress: 'has already been started',
  done: 'is already over',
  cancelled: 'has been cancelled',
};

/** @param {string | null} name of who did it, if it was done through the API */
const by = (name) => (name ? ` by ${name}` : '');

/** @param {Case} c */
const whereItIs = (c) => {
  const doer = c.status === 'done' || c.status === 'pending' ? null : c.changed_by_name;
  return `${c.patient}’s appointment ${APPOINTMENT_IS[c.status]}${by(doer)}.`;
};

/** @param {string} message @returns {never} */
const refuse = (message) => {
  throw new Refusal(409, message);
};

/** @param {Queryable} tx @param {number} id @param {string} status */
const setAppointment = async (tx, id, status) => {
  await tx.query('update clinic.appointments set status = $2 where id = $1', [id, status]);
};

/** @param {Queryable} tx @param {number} appointmentId @param {string} status */
const setJourney = async (tx, appointmentId, status) => {
  await tx.query('update clinic.journeys set status = $2 where appointment_id = $1', [
    appointmentId,
    status,
  ]);
};

/** @param {Case} c @param {User} user */
const mustBeMyJourney = (c, user) => {
  if (c.driver_id !== user.id) throw new Refusal(403, 'This journey is another driver’s.');
};

/** @type {Record<string, Action>} */
export const ACTIONS = {
  'appointments/accept': {
    role: 'therapist',
    target: 'appointment',
    check(c, user) {
      if (c.therapist_id !== user.id) {
        throw new Refusal(403, `This appointment is with ${c.therapist}, not with you.`);
      }
      if (c.status !== 'pending') refuse(whereItIs(c));
    },
    apply: (tx, c) => setAppointment(tx, c.appointment_id, 'confirmed'),
  },

  'appointments/start': {
    role: 'operator',
    target: 'appointment',
    check(c) {
      if (c.status !== 'confirmed') refuse(whereItIs(c));
      if (c.payment_status !== 'verified') {
        refuse(`${c.patient}’s payment has not been verified yet.`);
      }
      if (c.journey_status === 'planned' || c.journey_status === 'picked_up') {
        refuse(`${c.patient} is not on the way yet: the driver has not started the journey.`);
      }
    },
    async apply(tx, c) {
      await setAppointment(tx, c.appointment_id, 'in_progress');
      if (c.journey_status === 'under_way') await setJourney(tx, c.appointment_id, 'arrived');
    },
  },

  'appointments/cancel': {
    role: 'operator',
    target: 'appointment',
    check(c) {
      if (c.status !== 'pending' && c.status !== 'confirmed') refuse(whereItIs(c));
      if (c.journey_status === 'picked_up' || c.journey_status === 'under_way') {
        refuse(`${c.patient} is already in the car, so this cannot be cancelled.`);
      }
    },
    apply: (tx, c) => setAppointment(tx, c.appointment_id, 'cancelled'),
  },

  'payments/verify': {
    role: 'operator',
    target: 'payment',
    check(c) {
      if (c.payment_status === 'verified') {
        refuse(`${c.patient}’s payment has already been verified${by(c.verified_by_name)}.`);
      }
      if (c.payment_status === 'due') refuse(`${c.patient} has not paid yet.`);
    },
    async apply(tx, c) {
      await tx.query(`update clinic.payments set status = 'verified' where id = $1`, [
        c.payment_id,
      ]);
    },
  },

  'journeys/pickup': {
    role: 'driver',
    target: 'journey',
    check(c, user) {
      mustBeMyJourney(c, user);
      if (c.journey_status !== 'planned') refuse(`${c.patient} has already been picked up.`);
      if (c.status !== 'confirmed') refuse(whereItIs(c));
    },
    apply: (tx, c) => setJourney(tx, c.appointment_id, 'picked_up'),
  },

  'journeys/start': {
    role: 'driver',
    target: 'journey',
    check(c, user) {
      mustBeMyJourney(c, user);
      if (c.journey_status === 'planned') refuse(`${c.patient} has not been picked up yet.`);
      if (c.journey_status !== 'picked_up') refuse(`${c.patient}’s journey has already started.`);
    },
    apply: (tx, c) => setJourney(tx, c.appointment_id, 'under_way'),
  },
};
