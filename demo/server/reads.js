/**
 * What each role may read. Rows are plain objects in the page's spelling.
 *
 * @typedef {import('./database.js').Queryable} Queryable
 * @typedef {import('./session.js').User} User
 */

const APPOINTMENTS = `
  select a.id, to_char(a.starts_at, 'HH24:MI') as "startsAt", a.treatment, a.room, a.status,
         patient.name as patient, a.therapist_id as "therapistId", therapist.name as therapist,
         a.version, a.changed_by as "changedBy"
    from clinic.appointments a
    join clinic.people patient on patient.id = a.patient_id
    join clinic.people therapist on therapist.id = a.therapist_id
   where a.clinic_id = $1 and ($2::integer is null or a.therapist_id = $2)
   order by a.starts_at, a.id`;

const PAYMENTS = `
  select p.id, p.appointment_id as "appointmentId", p.amount_cents as "amountCents",
         p.method, p.status, p.version, p.changed_by as "changedBy"
    from clinic.payments p where p.clinic_id = $1 order by p.id`;

const JOURNEYS = `
  select j.id, j.appointment_id as "appointmentId", to_char(j.pickup_at, 'HH24:MI') as "pickupAt",
         j.pickup_address as "pickupAddress", j.status, patient.name as patient,
         driver.name as driver, a.status as "appointmentStatus", a.room,
         to_char(a.starts_at, 'HH24:MI') as "startsAt", j.version, j.changed_by as "changedBy",
         a.version as "appointmentVersion", a.changed_by as "appointmentChangedBy"
    from clinic.journeys j
    join clinic.appointments a on a.id = j.appointment_id
    join clinic.people patient on patient.id = a.patient_id
    join clinic.people driver on driver.id = j.driver_id
   where j.clinic_id = $1 and ($2::integer is null or j.driver_id = $2)
   order by j.pickup_at, j.id`;

// The board hangs where everybody sees it, so it shows initials and no treatment.
const BOARD = `
  select a.id, to_char(a.starts_at, 'HH24:MI') as "startsAt", a.room, a.status,
         (select string_agg(left(word, 1), '. ' order by place) || '.'
            from regexp_split_to_table(patient.name, '\\s+') with ordinality as w (word, place)
         ) as initials
    from clinic.appointments a join clinic.people patient on patient.id = a.patient_id
   where a.clinic_id = $1 and a.status in ('confirmed', 'in_progress')
   order by a.starts_at, a.id`;

/**
 * @type {Record<string, {
 *   roles: string[],
 *   read: (db: Queryable, user: User) => Promise<any[]>,
 * }>}
 */
export const READS = {
  appointments: {
    roles: ['therapist', 'operator'],
    read: (db, user) => rows(db, APPOINTMENTS, user.clinicId, ownOnly(user, 'therapist')),
  },
  payments: {
    roles: ['operator'],
    read: (db, user) => rows(db, PAYMENTS, user.clinicId),
  },
  journeys: {
    roles: ['therapist', 'operator', 'driver'],
    read: (db, user) => rows(db, JOURNEYS, user.clinicId, ownOnly(user, 'driver')),
  },
  board: {
    roles: ['display'],
    read: (db, user) => rows(db, BOARD, user.clinicId),
  },
};

/** @param {Queryable} db @param {string} sql @param {unknown[]} values */
const rows = async (db, sql, ...values) => (await db.query(sql, values)).rows;

/**
 * Therapists see their own appointments and drivers their own journeys; others see all.
 *
 * @param {User} user
 * @param {string} role
 */
const ownOnly = (user, role) => (user.role === role ? user.id : null);
