/**
 * What people can do, and how it looks before the server has answered. An updater changes only
 * what the server would: where somebody else was faster, it leaves what they did standing.
 *
 * @typedef {import('./keys.js').User} User
 * @typedef {{ id: number, appointmentId: number }} Target the row acted on, and its appointment
 * @typedef {{ queryKey: unknown[], update: (rows: any[], target: Target) => any[] }} Change
 * @typedef {{
 *   label: string, busy: string,
 *   path: (target: Target) => string,
 *   optimistic: (user: User) => Change[],
 * }} Action
 */
import { keys } from './keys.js';

/**
 * A change of status in one cached list.
 *
 * @param {(user: User) => unknown[]} keyOf the list
 * @param {'id' | 'appointmentId'} field which of the target's ids the row is found by
 * @param {string[]} from the only states that the server changes
 * @param {string} to
 * @returns {(user: User) => Change}
 */
const moving = (keyOf, field, from, to) => (user) => ({
  queryKey: keyOf(user),
  update: (rows, target) =>
    rows?.map((row) =>
      row[field] === target[field] && from.includes(row.status)
        ? { ...row, status: to, changedBy: user.id }
        : row,
    ),
});

/** @type {Record<string, Action>} */
export const ACTIONS = {
  accept: {
    label: 'Accept',
    busy: 'Accepting…',
    path: ({ id }) => `/appointments/${id}/accept`,
    optimistic: (user) => [moving(keys.appointments, 'id', ['pending'], 'confirmed')(user)],
  },
  start: {
    label: 'Start',
    busy: 'Starting…',
    path: ({ id }) => `/appointments/${id}/start`,
    optimistic: (user) => [
      moving(keys.appointments, 'id', ['confirmed'], 'in_progress')(user),
      moving(keys.journeys, 'appointmentId', ['under_way'], 'arrived')(user),
    ],
  },
  cancel: {
    label: 'Cancel',
    busy: 'Cancelling…',
    path: ({ id }) => `/appointments/${id}/cancel`,
    optimistic: (user) => [
      moving(keys.appointments, 'id', ['pending', 'confirmed'], 'cancelled')(user),
    ],
  },
  verify: {
    label: 'Verify payment',
    busy: 'Verifying…',
    path: ({ id }) => `/payments/${id}/verify`,
    optimistic: (user) => [moving(keys.payments, 'id', ['received'], 'verified')(user)],
  },
  pickup: {
    label: 'Confirm pickup',
    busy: 'Confirming…',
    path: ({ id }) => `/journeys/${id}/pickup`,
    optimistic: (user) => [moving(keys.journeys, 'id', ['planned'], 'picked_up')(user)],
  },
  drive: {
    label: 'Start journey',
    busy: 'Starting…',
    path: ({ id }) => `/journeys/${id}/start`,
    optimistic: (user) => [moving(keys.journeys, 'id', ['picked_up'], 'under_way')(user)],
  },
};
