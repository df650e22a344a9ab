import { keys } from '../keys.js';
import { Badge } from '../parts/badge.jsx';
import { Listing } from '../parts/listing.jsx';
import { Row } from '../parts/row.jsx';
import { byAppointment, useList } from '../use-list.js';

const money = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

/** The whole clinic: payments are verified here, and appointments started. @param {{ desk: import('../desk.js').Desk }} props */
export function OperatorDashboard({ desk }) {
  const appointments = useList(desk, keys.appointments, '/appointments');
  const payments = useList(desk, keys.payments, '/payments');
  const journeys = useList(desk, keys.journeys, '/journeys');
  const paymentOf = byAppointment(payments.data);
  const journeyOf = byAppointment(journeys.data);
  const rows = appointments.data ?? [];
  return (
    <Listing
      queries={[appointments, payments, journeys]}
      summary={summarise(rows, payments.data ?? [])}
      label="All appointments"
    >
      {rows.map((/** @type {any} */ appointment) => (
        <AppointmentRow
          key={appointment.id}
          desk={desk}
          appointment={appointment}
          payment={paymentOf.get(appointment.id)}
          journey={journeyOf.get(appointment.id)}
        />
      ))}
    </Listing>
  );
}

/** @param {{ desk: import('../desk.js').Desk, appointment: any, payment: any, journey: any }} props */
function AppointmentRow({ desk, appointment, payment, journey }) {
  const { id, status } = appointment;
  const over = status === 'done' || status === 'cancelled';
  const hint = status === 'confirmed' ? awaited(payment, journey) : undefined;
  return (
    <Row
      desk={desk}
      time={appointment.startsAt}
      title={appointment.patient}
      details={
        <>
          {appointment.therapist} · {appointment.room}
          {payment && (
            <>
              <br />
              {money.format(payment.amountCents / 100)} {payment.method}{' '}
              {!over && <Badge kind="payment" state={payment.status} />}
            </>
          )}
        </>
      }
      dimmed={over}
      badges={
        <>
          <Badge kind="appointment" state={status} />
          {journey && status === 'confirmed' && <Badge kind="journey" state={journey.status} />}
        </>
      }
      hint={hint}
      records={[appointment, payment, journey]}
      offers={[
        {
          name: 'start',
          target: { id, appointmentId: id },
          offered: status === 'confirmed' && payment?.status === 'verified' && !hint,
        },
        {
          name: 'verify',
          target: { id: payment?.id ?? 0, appointmentId: id },
          offered: payment?.status === 'received' && !over,
        },
        {
          name: 'cancel',
          target: { id, appointmentId: id },
          quiet: true,
          offered: (status === 'pending' || status === 'confirmed') && !inTheCar(journey),
        },
      ]}
    />
  );
}

/** @param {any} journey */
const inTheCar = (journey) => journey?.status === 'picked_up' || journey?.status === 'under_way';

/**
 * What a confirmed appointment waits for before it can start, if that is somebody else's move.
 *
 * @param {any} payment
 * @param {any} journey
 */
function awaited(payment, journey) {
  if (payment?.status === 'due') return 'Waiting for the payment';
  if (payment?.status !== 'verified') return undefined;
  if (journey?.status === 'planned') return 'Waiting for the pickup';
  if (journey?.status === 'picked_up') return 'Waiting for the journey to start';
  return undefined;
}

/** @param {any[]} appointments @param {any[]} payments */
function summarise(appointments, payments) {
  const active = appointments.filter((row) => row.status === 'in_progress').length;
  const toVerify = payments.filter((row) => row.status === 'received').length;
  return `${active} in progress, ${toVerify} ${toVerify === 1 ? 'payment' : 'payments'} to verify.`;
}
