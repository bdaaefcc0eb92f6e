// What cards and values are called.
/** @import { Block, FieldForm, Form, Option } from "./types.js" */
import { strings } from "./strings.js";

/**
 * @param {Form[]} forms
 * @param {string} table
 */
export const formOf = (forms, table) => forms.find((form) => form.table === table);

/**
 * The form of a card: its table has one.
 * @param {Form[]} forms
 * @param {Block} block
 */
export const formOfCard = (forms, block) => /** @type {Form} */ (formOf(forms, block.table));

const HIDDEN = 60;

/**
 * What a card is called: its words, its name, or its title.
 * @param {Form[]} forms
 * @param {Block} block
 * @returns {string}
 */
export function titleOf(forms, block) {
  const form = formOf(forms, block.table);
  const label = form?.label && block.cells?.[form.label]?.value;
  if (label) return label;
  if (block.quote?.words) return `“${shortened(block.quote.words)}”`;
  const cells = block.cells ?? {};
  if (form?.says) {
    // An alias or a term: the words, and what they say.
    const [words, says] = form.says;
    const value = cells[says]?.value ?? "";
    const field = form.fields.find((one) => one.name === says);
    return `“${shortened(cells[words]?.value ?? "")}”: ${calledIn(field?.options ?? [], value).replaceAll("_", " ")}`;
  }
  const said = Object.values(cells)
    .map((cell) => cell.words ?? cell.value ?? "")
    .filter(Boolean);
  return said.length ? shortened(said[0]) : strings.list.untitled;
}

/** @param {string} text */
export const shortened = (text) => (text.length > HIDDEN ? `${text.slice(0, HIDDEN)}…` : text);

/**
 * The values that a field may have: those of the package, and the new rows on the desk.
 * @param {FieldForm} field
 * @param {Block[]} blocks
 * @param {Form[]} forms
 * @returns {Option[]}
 */
export function optionsOf(field, blocks, forms) {
  const known = field.options ?? [];
  if (!field.of) return known;
  const form = formOf(forms, field.of);
  const own = blocks
    .filter((block) => block.table === field.of && !block.withdraw)
    .map((block) => ({
      value: block.id ?? block.ref ?? block.cells?.[form?.key ?? ""]?.value ?? "",
      name: titleOf(forms, block),
      about: strings.text.new,
    }))
    .filter((one) => one.value);
  const taken = new Set(own.map((one) => one.value));
  return [...own, ...known.filter((one) => !taken.has(one.value))];
}

/**
 * @param {Option[]} options
 * @param {string} value
 * @returns {string}
 */
export const calledIn = (options, value) => options.find((one) => one.value === value)?.name ?? value;
