-- One day at an invented clinic, with invented people. Run as one transaction, it starts
-- the day again: an open dashboard sees rows go back to where they were, and none vanish.

delete from clinic.appointments;  -- payments and journeys go with them
delete from clinic.people;

insert into clinic.people (id, clinic_id, role, name) values
  (1, 1, 'therapist', 'Dr Amara Osei'),
  (2, 1, 'therapist', 'Dr Henrik Lindqvist'),
  (3, 1, 'operator',  'Marisol Vega'),
  (4, 1, 'driver',    'Kofi Brandt'),
  (5, 1, 'display',   'Waiting room'),
  (6, 1, 'patient',   'Ines Caldera'),
  (7, 1, 'patient',   'Walter Pruitt'),
  (8, 1, 'patient',   'Noor Haddad'),
  (9, 1, 'patient',   'Joon-ho Baek'),
  (10, 1, 'patient',  'Greta Solberg'),
  (11, 1, 'patient',  'Mateus Farias'),
  (12, 1, 'patient',  'Edith Marlowe'),
  (13, 1, 'patient',  'Ravi Chandran');

insert into clinic.appointments
  (id, clinic_id, patient_id, therapist_id, starts_at, treatment, room, status) values
  (1, 1, 6,  1, '09:00', 'Shoulder mobilisation',   'Room 2', 'done'),
  (2, 1, 7,  1, '09:45', 'Hip replacement, week 6', 'Room 2', 'in_progress'),
  (3, 1, 8,  1, '10:30', 'Knee rehabilitation',     'Room 2', 'confirmed'),
  (4, 1, 9,  2, '10:30', 'Lower back assessment',   'Room 4', 'confirmed'),
  (5, 1, 10, 1, '11:15', 'Balance and gait',        'Room 2', 'pending'),
  (6, 1, 11, 1, '13:00', 'Wrist after fracture',    'Room 2', 'pending'),
  (7, 1, 12, 2, '13:45', 'Neck and posture',        'Room 4', 'pending'),
  (8, 1, 13, 1, '14:30', 'Running injury review',   'Gym',    'pending');

insert into clinic.payments (id, clinic_id, appointment_id, amount_cents, method, status) values
  (1, 1, 1, 6800, 'card',     'verified'),
  (2, 1, 2, 7400, 'transfer', 'verified'),
  (3, 1, 3, 6800, 'transfer', 'received'),
  (4, 1, 4, 9200, 'card',     'verified'),
  (5, 1, 5, 5600, 'card',     'received'),
  (6, 1, 6, 6800, 'cash',     'due'),
  (7, 1, 7, 6800, 'transfer', 'received'),
  (8, 1, 8, 8100, 'card',     'received');

insert into clinic.journeys
  (id, clinic_id, appointment_id, driver_id, pickup_at, pickup_address, status) values
  (1, 1, 1, 4, '08:35', '12 Ropewalk Lane',       'arrived'),
  (2, 1, 2, 4, '09:15', '3 Saltmarsh Court',      'arrived'),
  (3, 1, 3, 4, '10:00', '41 Lantern Street',      'picked_up'),
  (4, 1, 5, 4, '10:45', '7 Cooper''s Yard',       'planned'),
  (5, 1, 6, 4, '12:30', '118 Breakwater Road',    'planned'),
  (6, 1, 7, 4, '13:10', '26 Orchard Terrace',     'planned');

-- The ids above were given by hand; rows added later count on from here.
select setval(pg_get_serial_sequence('clinic.people', 'id'), 100),
       setval(pg_get_serial_sequence('clinic.appointments', 'id'), 100),
       setval(pg_get_serial_sequence('clinic.payments', 'id'), 100),
       setval(pg_get_serial_sequence('clinic.journeys', 'id'), 100);
