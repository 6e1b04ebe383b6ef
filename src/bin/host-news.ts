/** Tells whoever has started this process as a host how that went; undefined when nobody waits for it. */
export function hostNews(own: NodeJS.Process): ((fault?: unknown) => Promise<void>) | undefined {
  const send = own.send?.bind(own);
  if (send === undefined) return undefined;
  return async (fault) => {
    // The starter may be gone meanwhile: then nobody needs it.
    if (!own.connected) return;
    const { wireFault } = await import("../host/door/wire.ts");
    const { promise: told, resolve } = Promise.withResolvers<void>();
    send(fault === undefined ? { ready: true } : { fault: wireFault(fault) }, () => resolve());
    await told;
    if (own.connected) own.disconnect?.();
  };
}
