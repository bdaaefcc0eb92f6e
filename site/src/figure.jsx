// A figure of a claim, as the article prints it; it opens the claim's card.

/** @import { Package } from "./data.js" */
/** @import { Claim, ClaimRole, Claims, Route } from "./types.js" */
import { plain } from "./days.js";
import { changed } from "./route.js";
import { strings, word } from "./strings.js";

/**
 * What an article prints for a number; a vague word in quotation marks.
 * @param {Pick<Claim, "wording" | "qualifier" | "numbered">} claim
 */
export function printed({ wording, qualifier, numbered }) {
  if (!wording) return strings.figure.none;
  return numbered && qualifier !== "vague" ? wording : strings.figure.quoted(wording);
}

/**
 * The look of a figure: red, amber, or grey where there is no number.
 * @param {Claims} claims
 * @param {Claim} claim
 */
export function look(claims, claim) {
  const tone = claim.numbered ? claims.tone(claim.outcome) : "none";
  return `figure ${tone}${claim.status === "superseded" ? " superseded" : ""}`;
}

/**
 * A figure in full, for readers that listen.
 * @param {Package} pkg
 * @param {Claims} claims
 * @param {Claim} claim
 */
export function inFull(pkg, claims, claim) {
  /** @param {ClaimRole} role */
  const called = (role) => claims.called(claim, role);
  const article = pkg.article(claim.source ?? "");
  return strings.figure.told({
    wording: claim.wording,
    outcome: called("outcome"),
    population: called("population"),
    place: called("place"),
    claimant: called("claimant"),
    article: article?.name,
    day: article?.day && plain(article.day),
    status: claim.status === "standing" ? "" : word(strings.counts.status, claim.status),
    contested: claim.contested,
  });
}

/** @param {{pkg: Package, route: Route, claims: Claims, claim: Claim, inline?: boolean}} given */
export function Figure({ pkg, route, claims, claim, inline = false }) {
  const told = inFull(pkg, claims, claim);
  return (
    <a
      class={`${look(claims, claim)}${inline ? " inline" : ""}`}
      href={changed(route, { cell: claim.key })}
      data-open={claim.key}
      aria-label={told}
      title={claim.contested ?? undefined}
    >
      {printed(claim)}
    </a>
  );
}
