import type { FaultInjector } from './injector.ts';

interface ListingSubject {
  readonly bucket: string;
  /** Names the listing apart from the position in it. */
  readonly listing: string;
  readonly continued: boolean;
}

interface DamagedPage {
  readonly xml: string;
  /** Only half of it is sent, then the connection breaks. */
  readonly cut: boolean;
}

const REMEMBERED = 100;

export class ListingFaults {
  readonly #injector: FaultInjector;
  readonly #previous = new Map<string, string>();

  constructor(injector: FaultInjector) {
    this.#injector = injector;
  }

  page(xml: string, { bucket, listing, continued }: ListingSubject): DamagedPage {
    if (!this.#injector.active) return { xml, cut: false };
    const [rule] = this.#injector.pick({ scope: 'listing', bucket, continued });
    const id = `${bucket}\n${listing}`;
    const previous = continued ? this.#previous.get(id) : undefined;
    if (rule?.fault === 'repeated_page' && previous !== undefined) return { xml: previous, cut: false };
    this.#remember(id, xml);
    switch (rule?.fault) {
      case 'truncated_page':
        return { xml: xml.slice(0, Math.ceil(xml.length / 2)), cut: false };
      case 'cut_page':
        return { xml, cut: true };
      case 'wrong_order':
        return { xml: reversed(xml), cut: false };
      case 'repeated_page':
        if (rule) this.#injector.missed(rule);
    }
    return { xml, cut: false };
  }

  #remember(id: string, xml: string): void {
    this.#previous.delete(id);
    this.#previous.set(id, xml);
    for (const oldest of this.#previous.keys()) {
      if (this.#previous.size <= REMEMBERED) break;
      this.#previous.delete(oldest);
    }
  }
}

/** The entries from last to first, each where another was. */
function reversed(xml: string): string {
  const entry = /<Contents>.*?<\/Contents>/gs;
  const entries = xml.match(entry) ?? [];
  return xml.replace(entry, () => entries.pop() ?? '');
}
