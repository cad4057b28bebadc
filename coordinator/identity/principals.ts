// Who is asking, and what that lets them do. Every query and every check of a route goes through these.

import { AppError } from '#engine/errors.ts'
import type { Scope } from './scopes.ts'

export type UserRole = 'admin' | 'user'
export type ProjectRole = 'owner' | 'editor' | 'viewer'

export type Principal = {
  userId: string
  email: string
  userRole: UserRole
  scopes: ReadonlySet<Scope>
  /** The API key that was used. */
  keyId: string
}

/** Sees and changes everything on this installation: the user's role and the key's scope both say so. */
export function isAdmin(principal: Principal): boolean {
  return principal.userRole === 'admin' && principal.scopes.has('admin')
}

/** The first two parameters of queries for what a caller may see: the user, and whether all is theirs to see. */
export function viewer(principal: Principal): [userId: string, isAdmin: boolean] {
  return [principal.userId, isAdmin(principal)]
}

export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.scopes.has(scope) || isAdmin(principal)
}

/** Throws `forbidden` that names the scope. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (hasScope(principal, scope)) return
  throw new AppError('forbidden', `This call needs an API key with the scope ${scope}.`)
}

const RANK: Record<ProjectRole, number> = { viewer: 0, editor: 1, owner: 2 }

/**
 * `role` is the caller's in the resource's project, null when not a member. Throws `forbidden` for a member
 * below `least`; that somebody else cannot even see the resource is the query's to say.
 */
export function requireRole(
  principal: Principal,
  role: ProjectRole | null,
  least: ProjectRole,
): void {
  if (isAdmin(principal) || (role !== null && RANK[role] >= RANK[least])) return
  throw new AppError('forbidden', `This call needs the role ${least} in the project.`)
}
