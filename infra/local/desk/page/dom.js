/** Elements. Everything that comes from outside becomes text, never markup. */

/**
 * An element with attributes and children; strings become text. An attribute that is undefined or false is left out, one
 * that is true has no value, and one that begins with `on` is a listener.
 *
 * @param {string} name
 * @param {Record<string, any>} [attributes]
 * @param {...any} children
 * @returns {any}
 */
export function el(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children)
}

/** The same in SVG. */
export const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children)

function filled(node, attributes, children) {
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (attribute.startsWith('on')) node.addEventListener(attribute.slice(2), value)
    else node.setAttribute(attribute, value === true ? '' : String(value))
  }
  node.append(...children.flat(9).filter((child) => child !== undefined && child !== null && child !== false))
  return node
}

export const $ = (id) => document.getElementById(id)

/** A button; `press` is called with the event. */
export const button = (label, press, attributes = {}) =>
  el('button', { type: 'button', onclick: press, ...attributes }, label)

const drawn = new WeakMap()

/**
 * Draws a node's children, only when what they show has changed: so a button keeps its focus and a half-written form
 * its text. Where the focus was inside, what has the same `data-key` gets it back.
 */
export function draw(node, value, build) {
  const signature = JSON.stringify(value)
  if (drawn.get(node) === signature) return
  drawn.set(node, signature)
  const held = node.contains(document.activeElement) ? document.activeElement?.closest('[data-key]') : null
  const key = held?.getAttribute('data-key')
  node.replaceChildren(...[build()].flat(9).filter(Boolean))
  if (key) node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true })
}

/**
 * Draws a list, and of it only what is new or has changed; the others stay the nodes that they are.
 *
 * @param key tells one item from another. @param build makes an item's node
 */
export function drawList(node, items, key, value, build) {
  const known = new Map([...node.children].map((child) => [child.dataset.key, child]))
  const wanted = items.map((item) => {
    const id = key(item)
    const signature = JSON.stringify(value(item))
    const old = known.get(id)
    if (old !== undefined && drawn.get(old) === signature) return old
    const made = build(item)
    made.dataset.key = id
    drawn.set(made, signature)
    if (old?.contains(document.activeElement)) {
      const inner = document.activeElement?.closest('[data-key]')?.getAttribute('data-key')
      queueMicrotask(() =>
        (made.querySelector(`[data-key="${CSS.escape(inner ?? '')}"]`) ?? made).focus({
          preventScroll: true,
        }),
      )
    }
    return made
  })
  if (wanted.length !== node.children.length || wanted.some((child, index) => child !== node.children[index]))
    node.replaceChildren(...wanted)
}
