/**
 * The keys under which answers are kept. Two users never share a cache, but a key still says
 * whose view it is: a rule can then mark one therapist's list and leave another's alone.
 *
 * @typedef {{ id: number, name: string, role: string, clinicId: number }} User
 */
export const keys = {
  /** @param {User} user */
  appointments: (user) =>
    user.role === 'therapist'
      ? ['appointments', 'therapist', user.id]
      : ['appointments', 'clinic', user.clinicId],
  /** @param {User} user */
  payments: (user) => ['payments', user.clinicId],
  /** @param {User} user */
  journeys: (user) =>
    user.role === 'driver'
      ? ['journeys', 'driver', user.id]
      : ['journeys', 'clinic', user.clinicId],
  /** @param {User} user */
  board: (user) => ['board', user.clinicId],
};
