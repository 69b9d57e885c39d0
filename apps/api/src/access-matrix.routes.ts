/**
 * Whom each route is for. The matrix test drives every one of them as every kind of person and looks through each answer
 * for what that person may not see; a route that does not stand here fails it.
 *
 * - `anyone`: needs no sign-in
 * - `signedIn`: lists, and what concerns oneself
 * - `administrators`: everybody else is refused
 * - `case`: `{id}` is a case; to whoever may not see it, it is not there
 * - `call`: `{id}` is a call
 * - `host`: depends on the machine that asks (the local mailbox); not part of the matrix
 */
export type Audience = 'anyone' | 'signedIn' | 'administrators' | 'case' | 'call' | 'host'

export const AUDIENCES: Readonly<Record<Audience, readonly string[]>> = {
  anyone: [
    'GET /health', 'GET /ready', 'GET /api/v1/programmes', 'GET /api/v1/programmes/{name}', 'GET /api/v1/programmes/{name}/versions/{version}', 'GET /api/v1/calls', 'GET /api/v1/calls/{id}',
    'OPTIONS /api/v1/uploads', 'GET /api/v1/auth/session', 'POST /api/v1/auth/openid', 'POST /api/v1/auth/sign-up', 'POST /api/v1/auth/sign-up/complete', 'POST /api/v1/auth/password-reset', 'POST /api/v1/auth/password-reset/check',
    'POST /api/v1/auth/password-reset/complete', 'POST /api/v1/auth/invitation', 'POST /api/v1/auth/invitation/accept-as-new', 'POST /api/v1/auth/first-administrator', 'POST /api/v1/auth/first-administrator/check',
    'POST /api/v1/auth/password', 'POST /api/v1/auth/code', 'POST /api/v1/auth/code/confirm', 'POST /api/v1/auth/second-factor/totp',
    'POST /api/v1/auth/second-factor/recovery-code', 'POST /api/v1/auth/second-factor/passkey/begin', 'POST /api/v1/auth/second-factor/passkey', 'POST /api/v1/auth/passkey/begin',
    'POST /api/v1/auth/passkey', 'POST /api/v1/auth/sign-out',
  ],
  signedIn: [
    'GET /api/v1/applications/stream', 'GET /api/v1/me/case-invitations', 'POST /api/v1/me/case-invitations/{invitation}', 'POST /api/v1/applications/bulk', 'GET /api/v1/organisations', 'GET /api/v1/organisations/duplicates', 'POST /api/v1/organisations/{organisation}/merge',
    'POST /api/v1/uploads', 'HEAD /api/v1/uploads/{id}', 'GET /api/v1/uploads/{id}', 'PATCH /api/v1/uploads/{id}', 'DELETE /api/v1/uploads/{id}', 'GET /api/v1/documents/{id}', 'DELETE /api/v1/documents/{id}', 'GET /api/v1/reviews',
    'GET /api/v1/applications', 'POST /api/v1/calls', 'GET /api/v1/me', 'POST /api/v1/auth/invitation/accept',
    'POST /api/v1/me/openid-links', 'GET /api/v1/me/openid-links', 'DELETE /api/v1/me/openid-links', 'PATCH /api/v1/me',
    'GET /api/v1/me/sessions', 'DELETE /api/v1/me/sessions', 'DELETE /api/v1/me/sessions/{id}', 'PUT /api/v1/me/password',
    'POST /api/v1/me/email', 'POST /api/v1/me/email/confirm', 'GET /api/v1/me/substitutes', 'POST /api/v1/me/totp',
    'DELETE /api/v1/me/totp', 'POST /api/v1/me/totp/confirm', 'GET /api/v1/me/passkeys', 'POST /api/v1/me/passkeys',
    'POST /api/v1/me/passkeys/begin', 'DELETE /api/v1/me/passkeys/{id}', 'POST /api/v1/me/recovery-codes',
    'GET /api/v1/me/notices', 'GET /api/v1/me/notices/{id}', 'POST /api/v1/me/notices/{id}/read', 'POST /api/v1/me/notices/read', 'GET /api/v1/me/notice-preferences', 'PATCH /api/v1/me/notice-preferences', 'GET /api/v1/notices/unreached',
  ],
  administrators: [
    'GET /api/v1/webhooks', 'POST /api/v1/webhooks', 'GET /api/v1/webhooks/event-types', 'GET /api/v1/webhooks/{id}', 'PATCH /api/v1/webhooks/{id}', 'DELETE /api/v1/webhooks/{id}', 'POST /api/v1/webhooks/{id}/secret',
    'POST /api/v1/webhooks/{id}/test', 'GET /api/v1/webhooks/{id}/deliveries', 'POST /api/v1/webhooks/{id}/deliveries/{delivery}/resend',
    'POST /api/v1/programmes/{name}/check', 'POST /api/v1/programmes/{name}/versions', 'GET /api/v1/admin/dead-letters', 'POST /api/v1/admin/dead-letters/{id}/retry',
    'GET /api/v1/admin/people', 'GET /api/v1/admin/invitations', 'GET /api/v1/admin/identity-events', 'GET /api/v1/admin/roles', 'GET /api/v1/admin/hand-overs', 'GET /api/v1/admin/substitutes',
    'POST /api/v1/admin/people', 'POST /api/v1/admin/people/{id}/recover', 'POST /api/v1/admin/people/{id}/disable', 'POST /api/v1/admin/people/{id}/enable',
    'POST /api/v1/admin/people/{id}/unlock', 'POST /api/v1/admin/people/{id}/end-sessions', 'POST /api/v1/admin/invitations', 'DELETE /api/v1/admin/invitations/{id}',
    'POST /api/v1/admin/roles', 'POST /api/v1/admin/roles/{id}/end', 'POST /api/v1/admin/hand-overs', 'POST /api/v1/admin/hand-overs/preview',
    'POST /api/v1/admin/hand-overs/{id}/undo', 'POST /api/v1/admin/substitutes', 'DELETE /api/v1/admin/substitutes/{id}',
  ],
  case: [
    'GET /api/v1/applications/{id}', 'GET /api/v1/applications/{id}/form', 'PATCH /api/v1/applications/{id}/form', 'GET /api/v1/cases/{id}', 'GET /api/v1/cases/{id}/history', 'POST /api/v1/cases/{id}/events', 'GET /api/v1/cases/{id}/documents', 'GET /api/v1/cases/{id}/notices', 'GET /api/v1/cases/{id}/notices/{notice}',
    'GET /api/v1/cases/{id}/stream', 'GET /api/v1/applications/{id}/messages', 'POST /api/v1/applications/{id}/messages', 'PUT /api/v1/applications/{id}/messages/read', 'GET /api/v1/applications/{id}/participants', 'POST /api/v1/applications/{id}/invitations',
    'DELETE /api/v1/applications/{id}/invitations/{invitation}', 'DELETE /api/v1/applications/{id}/participants/{person}', 'POST /api/v1/applications/{id}/form/on-behalf', 'GET /api/v1/applications/{id}/consents',
    'POST /api/v1/applications/{id}/consents', 'GET /api/v1/applications/{id}/provenance', 'POST /api/v1/applications/{id}/copy', 'POST /api/v1/applications/{id}/move',
  ],
  call: [
    'GET /api/v1/calls/{id}/reviews/{stage}/workbook', 'POST /api/v1/calls/{id}/reviews/{stage}/workbook', 'GET /api/v1/calls/{id}/corrections', 'POST /api/v1/calls/{id}/corrections',
    'POST /api/v1/calls/{id}/corrections/{decision}/approve', 'POST /api/v1/calls/{id}/corrections/requests', 'POST /api/v1/calls/{id}/corrections/requests/{decision}/answer',
    'POST /api/v1/calls/{id}/intake', 'POST /api/v1/calls/{id}/applications', 'GET /api/v1/calls/{id}/panel', 'PUT /api/v1/calls/{id}/panel', 'PUT /api/v1/calls/{id}/panel/{person}/affiliations', 'GET /api/v1/calls/{id}/assignments', 'POST /api/v1/calls/{id}/assignments',
    'PUT /api/v1/calls/{id}/assignments', 'PUT /api/v1/calls/{id}/assignments/preferences', 'GET /api/v1/calls/{id}/conflicts', 'POST /api/v1/calls/{id}/conflicts', 'POST /api/v1/calls/{id}/conflicts/match',
    'POST /api/v1/calls/{id}/conflicts/{conflict}/decision', 'GET /api/v1/calls/{id}/reviews', 'GET /api/v1/calls/{id}/reviews/progress', 'GET /api/v1/calls/{id}/reviews/{stage}/{application}',
    'GET /api/v1/calls/{id}/ranking', 'GET /api/v1/calls/{id}/allocation', 'GET /api/v1/calls/{id}/deliberation', 'GET /api/v1/calls/{id}/deliberation/stream', 'POST /api/v1/calls/{id}/deliberation', 'GET /api/v1/calls/{id}/decisions', 'POST /api/v1/calls/{id}/decisions',
    'POST /api/v1/calls/{id}/decisions/{decision}/propose', 'POST /api/v1/calls/{id}/decisions/{decision}/approve', 'POST /api/v1/calls/{id}/decisions/send-back', 'POST /api/v1/calls/{id}/decisions/withdraw', 'POST /api/v1/calls/{id}/decisions/publish',
    'GET /api/v1/calls/{id}/reviews/{stage}/{application}/files/{form}/{field}/{place}', 'PUT /api/v1/calls/{id}/reviews/{stage}/{application}', 'POST /api/v1/calls/{id}/reviews/{stage}/{application}/submit', 'POST /api/v1/calls/{id}/reviews/{stage}/{application}/reopen',
  ],
  host: ['GET /api/v1/mailbox', 'GET /api/v1/mailbox/sign-in', 'GET /api/v1/mailbox/sign-in/{id}', 'GET /api/v1/mailbox/{id}'],
}
