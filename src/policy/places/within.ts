/** Whether an absolute, normalised path is a folder or lies in it. Compares texts only, because it is asked very often. */
export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
