/** The commonest sentences of the server. */
export const server = {} as const;
