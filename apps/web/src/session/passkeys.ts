interface JsonCredentials {
  parseRequestOptionsFromJSON(options: unknown): PublicKeyCredentialRequestOptions
}

/** Asks the browser for a passkey; what it answers as JSON. Throws where the person declines. */
export async function askPasskey(options: unknown): Promise<unknown> {
  const publicKey = (PublicKeyCredential as unknown as JsonCredentials).parseRequestOptionsFromJSON(options)
  const credential = await navigator.credentials.get({ publicKey })
  if (!credential) throw new Error('No passkey was chosen')
  return (credential as unknown as { toJSON(): unknown }).toJSON()
}
