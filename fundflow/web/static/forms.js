// Comforts of forms: counters, rows and their sums, conditional questions. All works without this file.
const language = document.documentElement.lang || "en";

// ---- conditional questions: the server decides again when the form is sent
function answersOf(form, question) {
  const found = [...form.querySelectorAll(`[name="q_${question}"]`)]
    .filter((input) => input.type !== "hidden" && !input.closest("[data-show-if][hidden]"))
    .filter((input) => !["radio", "checkbox"].includes(input.type) || input.checked)
    .map((input) => input.value);
  return found.length ? found : [""];
}

const meets = (clause, answers) =>
  clause.not ? !answers.some((a) => clause.not.includes(a)) : answers.some((a) => clause.in.includes(a));

function showIf(form) {
  for (const part of form.querySelectorAll("[data-show-if]")) {
    part.hidden = !JSON.parse(part.dataset.showIf).every((clause) => meets(clause, answersOf(form, clause.q)));
  }
}

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
      if (!input.name) continue;
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
  const fresh = (rows) => {
    renumber(rows);
    sums(rows);
  };
  const refresh = (target) => {
    const rows = target.closest("[data-rows]");
    if (rows) sums(rows);
    showIf(form);
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
    form.dispatchEvent(new Event("ff-change"));
  });
  for (const counter of form.querySelectorAll("[data-counter]")) {
    const text = document.getElementById(counter.id.replace(/-count$/, ""));
    if (text?.value) count(form, text);
  }
  for (const rows of form.querySelectorAll("[data-rows]")) fresh(rows);
  showIf(form);
}
