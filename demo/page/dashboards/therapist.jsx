import { keys } from '../keys.js';
import { Badge } from '../parts/badge.jsx';
import { Listing } from '../parts/listing.jsx';
import { Row } from '../parts/row.jsx';
import { byAppointment, useList } from '../use-list.js';

/** Her own appointments: she accepts those that wait for her. @param {{ desk: import('../desk.js').Desk }} props */
export function TherapistDashboard({ desk }) {
  const appointments = useList(desk, keys.appointments, '/appointments');
  const journeys = useList(desk, keys.journeys, '/journeys');
  const journeyOf = byAppointment(journeys.data);
  const rows = appointments.data ?? [];
  return (
    <Listing queries={[appointments, journeys]} summary={summarise(rows)} label="Your appointments">
      {rows.map((/** @type {any} */ appointment) => (
        <AppointmentRow
          key={appointment.id}
          desk={desk}
          appointment={appointment}
          journey={journeyOf.get(appointment.id)}
        />
      ))}
    </Listing>
  );
}

/** @param {{ desk: import('../desk.js').Desk, appointment: any, journey: any }} props */
function AppointmentRow({ desk, appointment, journey }) {
  const { id, status } = appointment;
  return (
    <Row
      desk={desk}
      time={appointment.startsAt}
      title={appointment.patient}
      details={`${appointment.treatment} · ${appointment.room}`}
      dimmed={status === 'done' || status === 'cancelled'}
      badges={
        <>
          <Badge kind="appointment" state={status} />
          {journey && status === 'confirmed' && <Badge kind="journey" state={journey.status} />}
        </>
      }
      records={[appointment, journey]}
      offers={[
        { name: 'accept', target: { id, appointmentId: id }, offered: status === 'pending' },
      ]}
    />
  );
}

/** @param {any[]} rows */
function summarise(rows) {
  const waiting = rows.filter((row) => row.status === 'pending').length;
  if (waiting === 0) return 'Nothing is waiting for you.';
  return waiting === 1
    ? '1 request is waiting for you.'
    : `${waiting} requests are waiting for you.`;
}
