/** A rule that was broken: what the product promises and did not keep. */
export interface Violation {
  readonly rule: Rule;
  readonly message: string;
  /** The object or record that it is about, as `Thing.id`. */
  readonly thing?: string;
  readonly at: number;
}

/** The promises, each in a sentence. */
export const RULES = {
  lost: 'An object that was uploaded is accepted by OMS, or held by the queue or a document, or its notification was lost.',
  'wrong key': 'OMS never gets a key that is no name of an uploaded object, whichever way it decodes.',
  'wrong task': "OMS never gets a key for a sync task that the object's bucket and prefix do not belong to.",
  'false success':
    'An invocation succeeds only if every object of its event was accepted or written to a dead letter by it.',
  'false deletion': 'A document is deleted only when everything that it names was accepted, or is in another document.',
  'false count': 'A summary does not count more as accepted than OMS accepted.',
  condemned: 'A dead letter names only what cannot succeed by being repeated.',
  'not healed': 'When the faults are over, redrive brings back everything that can be cured.',
  'wrong place': 'What cannot be cured ends in a dead letter or parked, with its code.',
  'left over': 'No document is left of what was accepted, and none of what nobody can redrive where it was found.',
  'false convergence': 'No pass of reconcile is converged while an object that has settled is not at the destination.',
  'submitted for ever': 'Reconcile submits an object that does not change a limited number of times.',
  'not reconciled':
    'When the faults are over, reconcile brings over whatever OMS copies, and is converged where that is all.',
  stuck: 'When the faults are over, every run of redrive and reconcile ends, or has moved on when its time is up.',
  'work left behind': 'An invocation that succeeds has nothing under way.',
  'too many calls': 'An invocation makes no more calls than halving its batches takes.',
  'does not end': 'A run comes to an end.',
  'too fast': 'An instance makes no more calls than OMS_CALLS_PER_SECOND and one second of them at once.',
  'secret told': 'No secret is in a log line or a document.',
  'broken line': 'A log line is one line of JSON, whatever the keys are.',
  crash: 'No bundle throws when it is loaded.',
} as const;

export type Rule = keyof typeof RULES;
