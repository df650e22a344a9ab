import { argumentError } from '../runtime/argument-error.js';
import { report } from '../runtime/environment.js';

/**
 * @template Result
 * @typedef {object} Shows
 * @property {(listener: () => void) => () => void} subscribe
 * @property {() => Result} getCurrentResult
 * @property {(result: Result) => Result} [trackResult]
 */

/**
 * Shows an observer's result in an element of a page without a framework: now, and again at the end
 * of each turn in which a field that `view` read has changed.
 *
 * @template Result
 * @template {Element} Shown
 * @param {Shows<Result>} observer a QueryObserver or MutationObserver; subscribed to until stopped
 * @param {Shown} element
 * @param {(result: Result, element: Shown) => unknown} view returns text, which is shown as text; a node,
 *   which replaces the children; or undefined, if it has changed the element itself
 * @returns {() => void} stops; leaves the element as it is
 * @throws {TypeError} if an argument is not what it must be
 */
export function render(observer, element, view) {
  if (
    typeof observer?.subscribe !== 'function' ||
    typeof observer.getCurrentResult !== 'function'
  ) {
    throw argumentError('observer', 'a QueryObserver or MutationObserver', observer);
  }
  if (typeof element?.replaceChildren !== 'function') {
    throw argumentError('element', 'a DOM element', element);
  }
  if (typeof view !== 'function') {
    throw argumentError('view', 'a function', view);
  }
  const draw = () => {
    const result = observer.getCurrentResult();
    show(element, view(observer.trackResult?.(result) ?? result, element));
  };
  const stop = observer.subscribe(() => {
    try {
      draw();
    } catch (error) {
      report(error);
    }
  });
  try {
    draw();
  } catch (error) {
    stop();
    throw error;
  }
  return stop;
}

/** @param {Element} element @param {unknown} shown */
function show(element, shown) {
  if (shown === undefined) return;
  if (typeof shown === 'string') element.textContent = shown;
  else if (isNode(shown)) element.replaceChildren(shown);
  else throw argumentError('what view returns', 'a string, a node or undefined', shown);
}

/** Of any document. @param {unknown} shown @returns {shown is Node} */
function isNode(shown) {
  return typeof (/** @type {Partial<Node> | null} */ (shown)?.nodeType) === 'number';
}
