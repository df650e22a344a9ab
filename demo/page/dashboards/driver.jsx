import { keys } from '../keys.js';
import { Badge } from '../parts/badge.jsx';
import { Listing } from '../parts/listing.jsx';
import { Row } from '../parts/row.jsx';
import { useList } from '../use-list.js';

/** His own journeys: he confirms the pickup, then starts. @param {{ desk: import('../desk.js').Desk }} props */
export function DriverDashboard({ desk }) {
  const journeys = useList(desk, keys.journeys, '/journeys');
  const rows = journeys.data ?? [];
  return (
    <Listing queries={[journeys]} summary={summarise(rows)} label="Your journeys">
      {rows.map((/** @type {any} */ journey) => (
        <JourneyRow key={journey.id} desk={desk} journey={journey} />
      ))}
    </Listing>
  );
}

/** @param {{ desk: import('../desk.js').Desk, journey: any }} props */
function JourneyRow({ desk, journey }) {
  const { id, appointmentId, status, appointmentStatus } = journey;
  const target = { id, appointmentId };
  const unsettled = appointmentStatus === 'pending' || appointmentStatus === 'cancelled';
  return (
    <Row
      desk={desk}
      time={journey.pickupAt}
      title={journey.patient}
      details={
        <>
          {journey.pickupAddress}
          <br />
          for {journey.startsAt}, {journey.room}
        </>
      }
      dimmed={status === 'arrived' || appointmentStatus === 'cancelled'}
      badges={
        <>
          <Badge kind="journey" state={status} />
          {appointmentStatus === 'cancelled' && <Badge kind="appointment" state="cancelled" />}
        </>
      }
      hint={appointmentStatus === 'pending' ? 'Waiting for the therapist' : undefined}
      records={[
        journey,
        { version: journey.appointmentVersion, changedBy: journey.appointmentChangedBy },
      ]}
      offers={[
        {
          name: 'pickup',
          target,
          offered: status === 'planned' && appointmentStatus === 'confirmed',
        },
        { name: 'drive', target, offered: status === 'picked_up' && !unsettled },
      ]}
    />
  );
}

/** @param {any[]} rows */
function summarise(rows) {
  const open = rows.filter(
    (row) => row.status !== 'arrived' && row.appointmentStatus !== 'cancelled',
  );
  if (open.length === 0) return 'No journeys are left today.';
  return open.length === 1 ? '1 journey is left today.' : `${open.length} journeys are left today.`;
}
