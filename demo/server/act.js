/**
 * Carries out one action in one transaction. The appointment's row is the lock for its
 * payment and journey too, so of two people who act on one appointment at once the second
 * is judged by what the first one left.
 *
 * @typedef {import('./database.js').Database} Database
 * @typedef {import('./database.js').Queryable} Queryable
 * @typedef {import('./session.js').User} User
 */
import { Refusal } from './refusal.js';
import { ROLE_NAMES } from './session.js';
import { ACTIONS } from './state-rules.js';

const LOCK = {
  appointment: `select id from clinic.appointments where id = $1 and clinic_id = $2 for update`,
  payment: `select a.id from clinic.appointments a join clinic.payments p on p.appointment_id = a.id
            where p.id = $1 and a.clinic_id = $2 for update of a`,
  journey: `select a.id from clinic.appointments a join clinic.journeys j on j.appointment_id = a.id
            where j.id = $1 and a.clinic_id = $2 for update of a`,
};

// Read after the lock is held, so that it shows what the holder before us committed.
const READ_CASE = `
  select a.id as appointment_id, a.status, a.therapist_id,
         patient.name as patient, therapist.name as therapist, changer.name as changed_by_name,
         p.id as payment_id, p.status as payment_status, verifier.name as verified_by_name,
         j.id as journey_id, j.status as journey_status, j.driver_id
    from clinic.appointments a
    join clinic.people patient on patient.id = a.patient_id
    join clinic.people therapist on therapist.id = a.therapist_id
    left join clinic.people changer on changer.id = a.changed_by
    left join clinic.payments p on p.appointment_id = a.id
    left join clinic.people verifier on verifier.id = p.changed_by
    left join clinic.journeys j on j.appointment_id = a.id
   where a.id = $1`;

/**
 * @param {Database} database
 * @param {object} request
 * @param {string} request.name a key of ACTIONS
 * @param {number} request.id of the appointment, payment or journey acted on
 * @param {User} request.user
 * @param {string} [request.mutation] the client's id for this mutation, carried in the messages
 * @param {boolean} [request.refuse] refuse it after the change is made (a demo control)
 * @returns {Promise<{ appointmentId: number }>}
 * @throws {Refusal}
 */
export async function act(database, { name, id, user, mutation, refuse }) {
  const action = ACTIONS[name];
  if (action.role !== user.role) {
    throw new Refusal(403, `Only ${ROLE_NAMES[action.role]} can do this.`);
  }
  return database.transaction(async (tx) => {
    const locked = await tx.query(LOCK[action.target], [id, user.clinicId]);
    if (locked.rows.length === 0) throw new Refusal(404, `There is no ${action.target} ${id}.`);
    const theCase = (await tx.query(READ_CASE, [locked.rows[0].id])).rows[0];
    action.check(theCase, user);
    await nameTheCause(tx, user, mutation);
    await action.apply(tx, theCase);
    if (refuse) throw new Refusal(409, 'The server refused this, as you asked it to. Try again.');
    return { appointmentId: theCase.appointment_id };
  });
}

/**
 * Tells the triggers who changes rows, and by which mutation, for this transaction only.
 *
 * @param {Queryable} tx
 * @param {User} user
 * @param {string} [mutation]
 */
async function nameTheCause(tx, user, mutation) {
  await tx.query(
    `select set_config('clinic.actor', $1, true), set_config('tidemark.mutation', $2, true)`,
    [String(user.id), mutation ?? ''],
  );
}
