/**
 * @param {string} name
 * @returns {string} the name as SQL, whatever characters it has
 */
export function quoteIdentifier(name) {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * @param {string} text
 * @returns {string} the text as an SQL literal, whatever standard_conforming_strings says
 */
export function quoteLiteral(text) {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/**
 * @param {string} body of a function
 * @returns {string} between dollar quotes that the body does not hold
 */
export function quoteBody(body) {
  let tag = '$tidemark$';
  while (body.includes(tag)) tag = `$${tag.slice(1, -1)}_$`;
  return `${tag}\n${body}\n${tag}`;
}
