// Comforts of forms: counters, rows and their sums, conditional questions. All works without this file.
const language = document.documentElement.lang || "en";

// ---- conditions: trees of fundflow.forms.browser; the server decides again when the form is sent
class Unknown extends Error {}

function answersOf(form, question) {
  return [...form.querySelectorAll(`[name="q_${question}"]`)]
    .filter((input) => input.type !== "hidden" && !input.closest("[data-show-if][hidden]"))
    .filter((input) => !["radio", "checkbox"].includes(input.type) || input.checked)
    .map((input) => input.value.trim());
}

// Numbers are [numerator, denominator]; lists are {list: [...]}; nothing is null.
const exact = (text) => [BigInt(text.replace(".", "")), 10n ** BigInt((text.split(".")[1] ?? "").length)];
const isNumber = Array.isArray;
const kind = (value) => (isNumber(value) ? "number" : value?.list ? "list" : typeof value);

function answer(form, node) {
  if (node.with && !answersOf(form, node.with)[0]) return ""; // a currency without its amount
  const given = answersOf(form, node.q);
  const text = given[0] ?? "";
  if (node.as === "list") return { list: given };
  if (node.as === "flag") return text === "true";
  if (node.as === "day") return text || null;
  if (node.as !== "number") return text;
  const value = text ? read(text, node.point) : null;
  const places = (node.by && node.other[answersOf(form, node.by)[0]]) ?? node.places ?? 0;
  return value && [value[0] * 10n ** BigInt(places), value[1]];
}

function equal(left, right) {
  if (kind(left) !== kind(right)) return false;
  return isNumber(left) ? left[0] * right[1] === right[0] * left[1] : left === right;
}

function compare(left, right) {
  if (left === null || right === null || kind(left) !== kind(right)) throw new Unknown();
  const [a, b] = isNumber(left) ? [left[0] * right[1], right[0] * left[1]] : [left, right];
  return a < b ? -1 : a > b ? 1 : 0;
}

// `||` and `&&` as CEL has them: what cannot be known does not matter where the other side decides.
function either(form, [, left, right], decides) {
  const sides = [left, right].map((node) => {
    try {
      return value(form, node);
    } catch (fault) {
      if (!(fault instanceof Unknown)) throw fault;
      return fault;
    }
  });
  if (sides.includes(decides)) return decides;
  if (sides.some((side) => typeof side !== "boolean")) throw new Unknown();
  return !decides;
}

const sumsOf = (rows, name) => rows?.querySelector(`[data-sum="${name}"]`)?.dataset.units ?? "0";

const operators = {
  "||": (form, node) => either(form, node, true),
  "&&": (form, node) => either(form, node, false),
  "!": (form, [, node]) => {
    const found = value(form, node);
    if (typeof found !== "boolean") throw new Unknown();
    return !found;
  },
  list: (form, [, ...items]) => ({ list: items.map((item) => value(form, item)) }),
  size: (form, [, node]) => {
    const found = value(form, node);
    if (found?.list) return [BigInt(found.list.length), 1n];
    if (typeof found !== "string") throw new Unknown();
    return [BigInt([...found].length), 1n];
  },
};

function value(form, node) {
  if (!Array.isArray(node)) {
    if ("c" in node) return node.c;
    if ("n" in node) return exact(node.n);
    if ("sum" in node) return exact(sumsOf(form.querySelector(`[data-rows="${node.rows}"]`), node.sum));
    return answer(form, node);
  }
  if (operators[node[0]]) return operators[node[0]](form, node);
  const [left, right] = [value(form, node[1]), value(form, node[2])];
  switch (node[0]) {
    case "==": return equal(left, right);
    case "!=": return !equal(left, right);
    case "<": return compare(left, right) < 0;
    case "<=": return compare(left, right) <= 0;
    case ">": return compare(left, right) > 0;
    case ">=": return compare(left, right) >= 0;
    case "in":
      if (!right?.list) throw new Unknown();
      return right.list.some((item) => equal(left, item));
    default: {
      // Sums and products of whole numbers; CEL refuses to mix them with others.
      if (!isNumber(left) || !isNumber(right) || left[0] % left[1] || right[0] % right[1]) throw new Unknown();
      return apply[node[0]](left, right);
    }
  }
}

// true, false, or null for what cannot be known
function holds(form, text) {
  try {
    const found = value(form, typeof text === "string" ? JSON.parse(text) : text);
    return typeof found === "boolean" ? found : null;
  } catch (fault) {
    if (!(fault instanceof Unknown)) throw fault;
    return null;
  }
}

function showIf(form) {
  const parts = [...form.querySelectorAll("[data-show-if]")];
  for (let round = 0; round <= parts.length; round++) {
    const changed = parts.filter((part) => part.hidden === (holds(form, part.dataset.showIf) === true));
    for (const part of changed) part.hidden = !part.hidden;
    if (!changed.length) break;
  }
}

function requiredIf(form) {
  for (const part of form.querySelectorAll("[data-required-if]")) {
    const required = holds(form, part.dataset.requiredIf) === true;
    const optional = part.querySelector(".optional");
    if (optional) optional.hidden = required;
    part.querySelector("input:not([type=hidden]), select, textarea")?.setAttribute("aria-required", required);
  }
}

const answered = (field) =>
  [...field.querySelectorAll("input:not([type=hidden]), select:not([data-currency]), textarea")].some((control) =>
    ["radio", "checkbox"].includes(control.type) ? control.checked : control.value.trim() !== "",
  );

// A rule over several answers that is broken is said beside its question once that has an answer; sending the form decides.
function rules(form) {
  for (const place of form.querySelectorAll("[data-rules]")) {
    JSON.parse(place.dataset.rules).forEach((rule, index) => {
      const id = `q_${rule.at}-rule-${index}`;
      const broken = holds(form, rule.when) === false;
      const field = form.querySelector(`[name="q_${rule.at}"]`)?.closest(".field");
      const told = document.getElementById(id);
      if (!broken || !field || !answered(field) || field.querySelector(".field-error:not([data-rule])")) told?.remove();
      else if (!told) {
        const line = Object.assign(document.createElement("span"), { id, className: "field-error", textContent: rule.says });
        line.dataset.rule = "";
        line.setAttribute("role", "status");
        (field.querySelector("legend, .form-label") ?? field.firstElementChild).after(line);
      }
    });
  }
}

const meets = (clause, answers) =>
  clause.not ? !answers.some((a) => clause.not.includes(a)) : answers.some((a) => clause.in.includes(a));

// ---- counters
function count(form, text) {
  const counter = document.getElementById(`${text.id}-count`);
  if (!counter) return;
  const left = Number(counter.dataset.counter) - [...text.value.trim().replace(/\r\n?/g, "\n")].length;
  counter.textContent = (left < 0 ? (counter.dataset.over ?? form.dataset.over) : form.dataset.left).replace("{n}", Math.abs(left).toLocaleString(language));
  counter.classList.toggle("ff-over", left < 0);
}

// ---- exact figures: [numerator, denominator] as BigInt; what cannot be read is null
function read(text, usual) {
  const bare = text.replace(/[\s\u00a0\u202f'’%]|[^\d.,+\-\s]+/gu, (c) => (c === "−" ? "-" : ""));
  if (!/^[+-]?[\d.,]*\d[\d.,]*$/.test(bare)) return null;
  const signs = bare.match(/[.,]/g) ?? [];
  const last = signs.at(-1);
  let point = "";
  if (new Set(signs).size === 2) point = last;
  else if (signs.length === 1) {
    const [before, after] = bare.replace(/[+-]/, "").split(last);
    point = last === usual || after.length !== 3 || before.length > 3 || !before || before[0] === "0" ? last : "";
  }
  const cut = point ? bare.lastIndexOf(point) : bare.length;
  const part = bare.slice(cut + 1).replace(/\D/g, "");
  return [BigInt(bare.slice(0, cut).replace(/[.,]/g, "") + part), 10n ** BigInt(part.length)];
}

const apply = {
  "+": ([a, b], [c, d]) => [a * d + c * b, b * d],
  "-": ([a, b], [c, d]) => [a * d - c * b, b * d],
  "*": ([a, b], [c, d]) => [a * c, b * d],
  "/": ([a, b], [c, d]) => (c === 0n ? null : c < 0n ? [-a * d, b * -c] : [a * d, b * c]),
};

function workOut(steps, row) {
  const stack = [];
  for (const step of steps) {
    let value = Array.isArray(step) ? step.map(BigInt) : row[step];
    if (typeof step === "string" && apply[step]) {
      const right = stack.pop();
      value = apply[step](stack.pop(), right);
    }
    if (!value) return null;
    stack.push(value);
  }
  return stack[0];
}

// Round once, half away from zero, to the smallest unit of an amount or the decimals of a number.
function round([a, b], places) {
  const top = (a < 0n ? -a : a) * 10n ** BigInt(places) * 2n + b;
  return (a < 0n ? -1n : 1n) * (top / (2n * b));
}

function write(units, { places, currency, suffix }) {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const text = (units < 0n ? "-" : "") + digits.slice(0, digits.length - places) + (places ? `.${digits.slice(-places)}` : "");
  const style = currency ? { style: "currency", currency, minimumFractionDigits: places } : { maximumFractionDigits: places };
  return new Intl.NumberFormat(language, style).format(text) + (suffix ?? "");
}

function sums(rows) {
  const live = JSON.parse(rows.dataset.live);
  const totals = Object.fromEntries(Object.keys(live.sums).map((name) => [name, 0n]));
  for (const line of rows.querySelectorAll("tbody [data-row]")) {
    const row = {};
    const texts = {};
    for (const input of line.querySelectorAll("[id^='q_']")) {
      if (!input.name || "currency" in input.dataset) continue;
      const column = input.name.split("-").pop();
      texts[column] = input.value;
      const scale = live.figures[column];
      const value = scale && read(input.value, live.decimal);
      if (value) row[column] = scale.currency ? [value[0] * 10n ** BigInt(scale.places), value[1]] : value;
    }
    const cells = line.querySelectorAll("[data-computed]");
    Object.entries(live.computed).forEach(([name, steps], index) => {
      const { places, currency } = live.figures[name];
      const value = workOut(steps, row);
      const units = value && round(value, currency ? 0 : places);
      row[name] = value;
      cells[index].textContent = value ? write(units, live.figures[name]) : "";
      row[`${name}=`] = value && units;
    });
    for (const [name, { of, where }] of Object.entries(live.sums)) {
      if (!where || !where.every((clause) => meets(clause, [texts[clause.q]]))) continue;
      const { places, currency } = live.figures[of];
      totals[name] += row[`${of}=`] ?? (row[of] ? round(row[of], currency ? 0 : places) : 0n);
    }
  }
  for (const cell of rows.querySelectorAll("[data-sum]")) {
    const { of, where } = live.sums[cell.dataset.sum];
    if (where) cell.textContent = write(totals[cell.dataset.sum], live.figures[of]);
    cell.dataset.units = totals[cell.dataset.sum];
  }
}

// ---- rows
function renumber(rows) {
  rows.querySelectorAll("tbody [data-row]").forEach((line, index) => {
    for (const number of line.querySelectorAll("[data-number]")) number.textContent = index + 1;
  });
  const full = rows.querySelectorAll("tbody [data-row]").length >= Number(rows.dataset.max);
  rows.querySelector("[name=rows_add]").hidden = full;
}

function addRow(rows) {
  const keys = [...rows.querySelectorAll("tbody .ff-remove input")].map((input) => Number(input.value));
  const body = rows.querySelector("tbody");
  const key = Math.max(-1, ...keys) + 1;
  body.insertAdjacentHTML("beforeend", rows.querySelector("template").innerHTML.replaceAll("__row__", key));
  body.lastElementChild.querySelector("input:not([type=hidden]), select, textarea").focus();
}

function removeRow(rows, line) {
  const next = line.nextElementSibling ?? line.previousElementSibling;
  line.remove();
  (next?.querySelector("[name=rows_remove]") ?? rows.querySelector("[name=rows_add]")).focus();
}

// ---- every form that asks for it
for (const form of document.querySelectorAll("form[data-left]")) {
  const follow = () => {
    showIf(form);
    requiredIf(form);
    rules(form);
  };
  const fresh = (rows) => {
    renumber(rows);
    sums(rows);
  };
  const refresh = (target) => {
    const rows = target.closest("[data-rows]");
    if (rows) sums(rows);
    follow();
  };
  form.addEventListener("input", (event) => {
    count(form, event.target);
    refresh(event.target);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=rows_add], [name=rows_remove]");
    if (!button) return;
    event.preventDefault();
    const rows = button.closest("[data-rows]");
    if (button.name === "rows_add") addRow(rows);
    else removeRow(rows, button.closest("[data-row]"));
    fresh(rows);
    follow();
    form.dispatchEvent(new Event("ff-change"));
  });
  for (const counter of form.querySelectorAll("[data-counter]")) {
    const text = document.getElementById(counter.id.replace(/-count$/, ""));
    if (text?.value) count(form, text);
  }
  for (const rows of form.querySelectorAll("[data-rows]")) fresh(rows);
  follow();
}
