import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Stack } from '../../local/stack.ts';
import type { Random } from '../kernel/random.ts';
import { drawLivePlan, type LivePlan, refusals } from './plans.ts';
import { functionProcesses } from './victims.ts';

export interface LiveCloud {
  readonly stack: Stack;
  readonly client: S3Client;
  readonly dataDir: string;
}

/** Result of one live run. */
export interface LiveResult {
  readonly seed: number;
  readonly objects: number;
  readonly kills: number;
  /** Faults carried out, of both services. */
  readonly faults: number;
  /** Objects in documents after the faults, before redrive. */
  readonly held: number;
  readonly refused: number;
  readonly lost: number;
  /** Broken promises; none where all is well. */
  readonly problems: readonly string[];
  /** Milliseconds. */
  readonly ms: number;
}

const REDRIVE = 'redrive';
/** Milliseconds that the cloud has for what it does by itself. */
const PATIENCE = 60_000;

/** One run of a seed: uploads under faults and kills, a look at the books, healing, another look. */
export async function runLive(cloud: LiveCloud, random: Random, seed: number): Promise<LiveResult> {
  return new LiveRun(cloud, random, seed).run();
}

class LiveRun {
  readonly #cloud: LiveCloud;
  readonly #random: Random;
  readonly #plan: LivePlan;
  readonly #problems: string[] = [];
  #kills = 0;

  constructor(cloud: LiveCloud, random: Random, seed: number) {
    this.#cloud = cloud;
    this.#random = random;
    this.#plan = drawLivePlan(random, seed, cloud.stack.endpoints.state_bucket);
  }

  async run(): Promise<LiveResult> {
    const started = performance.now();
    const { keys, refused, lost, seed } = this.#plan;
    const { stack } = this.#cloud;
    const { accepted } = stack.functiongraph.stats().async;
    await this.#setFaults(this.#plan.oms, this.#plan.obs);
    const killing = this.#killSome();
    for (const key of keys) await this.#upload(key);
    // Timers of redrive fire while events are handled.
    await stack.functiongraph.fireTimer(REDRIVE, REDRIVE);
    await killing;
    const expected = accepted + keys.length - lost.length;
    await this.#until('notifications', () => stack.functiongraph.stats().async.accepted > expected);
    await stack.functiongraph.idle();
    const faults = (await this.#injected('oms')) + (await this.#injected('obs'));
    // Refusals of OMS stay; everything else works from here on, the store's notifications included.
    await this.#setFaults({ seed, rules: refusals(refused) }, undefined);
    const held = await this.#checkBooks('after the faults', lost);
    await this.#redrive();
    const stillHeld = await this.#checkBooks('after redrive', lost);
    const curable = keys.filter((key) => !refused.includes(key) && !lost.includes(key));
    for (const key of curable) if (stillHeld.has(key)) this.#problems.push(`not healed: ${JSON.stringify(key)}`);
    await this.#setFaults(undefined, undefined);
    // The same documents, now that nothing is refused any more: nothing may be left of them.
    await this.#redrive();
    for (const key of await this.#checkBooks('at the end', lost))
      this.#problems.push(`left over: ${JSON.stringify(key)}`);
    return {
      seed,
      objects: keys.length,
      kills: this.#kills,
      faults,
      held: held.size,
      refused: refused.length,
      lost: lost.length,
      problems: this.#problems,
      ms: Math.round(performance.now() - started),
    };
  }

  async #upload(key: string): Promise<void> {
    const { client, stack } = this.#cloud;
    await client.send(
      new PutObjectCommand({ Bucket: stack.endpoints.source_bucket, Key: key, Body: `content of ${key}` }),
    );
  }

  /** Kills processes that run functions, at moments of the plan. */
  async #killSome(): Promise<void> {
    for (const pause of this.#plan.kills) {
      await sleep(pause);
      const pids = await functionProcesses(this.#cloud.dataDir);
      if (pids.length === 0) continue;
      try {
        process.kill(this.#random.pick(pids), 'SIGKILL');
        this.#kills += 1;
      } catch {
        // It has ended meanwhile.
      }
    }
  }

  /** Two at once, one of which may be killed; then one that has the time that it needs. */
  async #redrive(): Promise<void> {
    const { functiongraph } = this.#cloud.stack;
    await Promise.all([
      functiongraph.invoke(REDRIVE, {}, { async: true }),
      functiongraph.invoke(REDRIVE, {}, { async: true }),
    ]);
    await functiongraph.idle();
    const result = await functiongraph.invoke(REDRIVE, {});
    if (result.outcome !== 'success') this.#problems.push(`redrive ended with ${result.outcome}`);
  }

  /**
   * Every object is at its destination, as it was uploaded, or a document names it, or its notification was lost; and
   * nothing is there that nobody uploaded.
   *
   * @returns the keys that documents name
   */
  async #checkBooks(moment: string, lost: readonly string[]): Promise<Set<string>> {
    const { keys, seed } = this.#plan;
    const { destination_bucket: destination, state_bucket: state } = this.#cloud.stack.endpoints;
    const texts = await Promise.all((await this.#names(state, '')).map((name) => this.#content(state, name)));
    const held = new Set(keys.filter((key) => texts.some((text) => names(text, key))));
    const missing = async (): Promise<string[]> => {
      const copied = new Set(await this.#names(destination, `run ${seed}/`));
      return keys.filter((key) => !copied.has(key) && !held.has(key) && !lost.includes(key));
    };
    // OMS copies in its own time.
    await this.#until('copies', async () => (await missing()).length === 0).catch(() => {});
    for (const key of await missing()) this.#problems.push(`lost ${moment}: ${JSON.stringify(key)}`);
    for (const name of await this.#names(destination, `run ${seed}/`)) {
      if (!keys.includes(name)) this.#problems.push(`wrong key ${moment}: ${JSON.stringify(name)}`);
      else if ((await this.#content(destination, name)) !== `content of ${name}`)
        this.#problems.push(`wrong content: ${name}`);
    }
    return held;
  }

  async #names(bucket: string, prefix: string): Promise<string[]> {
    const { client } = this.#cloud;
    const { Contents = [], IsTruncated } = await client.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
    );
    if (IsTruncated) throw new Error(`${bucket} has more objects than a live run can make`);
    return Contents.map(({ Key = '' }) => Key).filter((key) => !/^(?:redrive|reconcile)\//.test(key));
  }

  async #content(bucket: string, name: string): Promise<string> {
    const { Body } = await this.#cloud.client.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
    return (await Body?.transformToString()) ?? '';
  }

  async #setFaults(oms: unknown, obs: unknown): Promise<void> {
    const { endpoints } = this.#cloud.stack;
    for (const [url, plan] of [
      [endpoints.oms, oms],
      [endpoints.obs, obs],
    ] as const) {
      const request = plan === undefined ? { method: 'DELETE' } : { method: 'PUT', body: JSON.stringify(plan) };
      const answer = await fetch(`${url}/_faults`, request);
      if (!answer.ok) throw new Error(`the fault plan was refused: ${await answer.text()}`);
    }
  }

  async #injected(service: 'oms' | 'obs'): Promise<number> {
    const answer = await fetch(`${this.#cloud.stack.endpoints[service]}/_faults`);
    return ((await answer.json()) as { injected: number }).injected;
  }

  async #until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (!(await condition())) {
      if (performance.now() > end) throw new Error(`${what}: not within ${PATIENCE} ms in run ${this.#plan.seed}`);
      await sleep(20);
    }
  }
}

/** Whether a document names a key: its event as it was written, or its list of keys. */
function names(text: string, key: string): boolean {
  const written = JSON.stringify(key).slice(1, -1);
  const encoded = encodeURIComponent(key).replace(
    /[!'()~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [`"${written}"`, `"${encoded.replaceAll('%20', '+')}"`].some((form) => text.includes(form));
}
