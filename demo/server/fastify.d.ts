import type { User } from './session.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent it. Set before every route but the sign-in. */
    user: User;
  }
}
