/**
 * Sign-in. The demo has one account for each role and asks for no password; everything after
 * that is as in earnest: a short-lived signed token, sent as a Bearer header, names the user.
 *
 * @typedef {'therapist' | 'operator' | 'driver' | 'display'} Role
 * @typedef {{ id: number, name: string, role: Role, clinicId: number }} User
 */
import { randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { Refusal } from './refusal.js';

/** Seconds that a token is good for; the page signs in again when one has run out. */
const TOKEN_LIFETIME = 900;

/** @type {Record<Role, string[]>} The parts of the clinic's stream that each role may hear. */
const MAY_HEAR = {
  therapist: ['appointments', 'journeys'],
  operator: ['appointments', 'payments', 'journeys'],
  driver: ['appointments', 'journeys'],
  display: ['appointments'],
};

/** @type {Record<Role, string>} How a sentence speaks of one who has the role. */
export const ROLE_NAMES = {
  therapist: 'a therapist',
  operator: 'an operator',
  driver: 'a driver',
  display: 'a display',
};

export const ROLES = /** @type {Role[]} */ (Object.keys(MAY_HEAR));

/**
 * @param {User} user
 * @returns {string[]} every scope that this user may subscribe to
 */
export const scopesOf = (user) =>
  MAY_HEAR[user.role].map((part) => `clinic:${user.clinicId}:${part}`);

/**
 * @param {User} user
 * @param {string} scope
 */
export const mayHear = (user, scope) => scopesOf(user).includes(scope);

/**
 * @param {import('./database.js').Database} database
 * @param {{ lifetime?: number }} [options] lifetime of a token in seconds
 */
export function createSessions(database, { lifetime = TOKEN_LIFETIME } = {}) {
  const secret = randomBytes(32); // a new one at each start: tokens do not outlive the server

  return {
    /**
     * @param {Role} role
     * @returns {Promise<{ token: string, user: User }>}
     */
    async signIn(role) {
      const { rows } = await database.query(
        `select id, name, role, clinic_id as "clinicId" from clinic.people
          where role = $1 order by id limit 1`,
        [role],
      );
      if (rows.length === 0) throw new Refusal(404, `Nobody works here as ${role} today.`);
      const user = /** @type {User} */ (rows[0]);
      const token = await new SignJWT({ name: user.name, role, clinic: user.clinicId })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(String(user.id))
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime)
        .sign(secret);
      return { token, user };
    },

    /**
     * @param {string | undefined} header the request's Authorization header
     * @returns {Promise<User>}
     * @throws {Refusal} 401 without a token that is good now
     */
    async userOf(header) {
      const token = /^Bearer (\S+)$/.exec(header ?? '')?.[1];
      if (!token) throw new Refusal(401, 'Please sign in first.');
      try {
        const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'] });
        return {
          id: Number(payload.sub),
          name: String(payload.name),
          role: /** @type {Role} */ (payload.role),
          clinicId: Number(payload.clinic),
        };
      } catch {
        throw new Refusal(401, 'Your sign-in has run out. Please sign in again.');
      }
    },
  };
}
