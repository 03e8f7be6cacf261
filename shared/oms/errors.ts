import { CallError, type CallErrorFields } from '#shared/http/errors.ts';

export interface OmsErrorFields extends CallErrorFields {
  readonly omsStatus?: number | undefined;
  /** `error_code` of OMS's answer, for example `OMS.0064`. */
  readonly omsErrorCode?: string | undefined;
  /** `error_msg` of OMS's answer, without anything that looks like a credential, and cut. */
  readonly omsErrorMsg?: string | undefined;
}

export class OmsError extends CallError {
  override readonly name: string = 'OmsError';
  readonly omsStatus: number | undefined;
  readonly omsErrorCode: string | undefined;
  readonly omsErrorMsg: string | undefined;

  constructor(status: number, code: string, message: string, publicMessage: string, fields: OmsErrorFields) {
    super(status, code, message, publicMessage, fields);
    this.omsStatus = fields.omsStatus;
    this.omsErrorCode = fields.omsErrorCode;
    this.omsErrorMsg = fields.omsErrorMsg;
  }
}

/** OMS, or the gateway in front of it, answered with a status outside 2xx. */
export class OmsResponseError extends OmsError {
  override readonly name = 'OmsResponseError';
}

/** There was no answer: the connection failed, or broke before the answer was complete. */
export class OmsConnectionError extends OmsError {
  override readonly name = 'OmsConnectionError';
  readonly reason: string;

  constructor(reason: string, fields: OmsErrorFields) {
    const publicMessage = 'OMS could not be reached.';
    super(502, 'OmsSync.OmsUnreachable', `The connection to OMS failed: ${reason}.`, publicMessage, fields);
    this.reason = reason;
  }
}

/** One attempt took longer than an attempt may. */
export class OmsTimeoutError extends OmsError {
  override readonly name = 'OmsTimeoutError';

  /** @param timeout milliseconds */
  constructor(timeout: number, fields: OmsErrorFields) {
    const publicMessage = 'OMS did not answer in time.';
    super(504, 'OmsSync.OmsTimeout', `OMS did not answer within ${Math.round(timeout)} ms.`, publicMessage, fields);
  }
}

export class OmsDeadlineError extends OmsError {
  override readonly name = 'OmsDeadlineError';

  constructor(fields: OmsErrorFields) {
    const message = 'The time for the call of OMS was used up before OMS answered.';
    super(504, 'OmsSync.DeadlineExceeded', message, message, fields);
  }
}

/** A 2xx answer that is not the documented one. Nobody knows what OMS did. */
export class OmsMalformedResponseError extends OmsError {
  override readonly name = 'OmsMalformedResponseError';
  /** Continues `The answer of OMS ...`; holds no text of the answer but the code of an error. */
  readonly reason: string;

  constructor(reason: string, fields: OmsErrorFields) {
    const publicMessage = 'OMS answered in a form that is not understood.';
    super(502, 'OmsSync.OmsMalformedResponse', `The answer of OMS ${reason}.`, publicMessage, fields);
    this.reason = reason;
  }
}

/** The credentials cannot be sent: a part is empty or has characters that a header cannot have. */
export class OmsCredentialsError extends OmsError {
  override readonly name = 'OmsCredentialsError';

  constructor(part: string, fields: OmsErrorFields) {
    const publicMessage = "The function's credentials for OMS cannot be used.";
    const message = `${part} is empty or has characters that an HTTP header cannot have.`;
    super(502, 'OmsSync.OmsCredentials', message, publicMessage, fields);
  }
}

/**
 * Nobody knows whether OMS created the sync task: the request was sent, and the answer does not tell.
 * Creating is not idempotent and a tenant has five tasks, so the call is not repeated.
 */
export class AmbiguousCreateError extends OmsError {
  override readonly name = 'AmbiguousCreateError';

  constructor(failure: OmsError) {
    const remedy =
      'It is not known whether OMS created the sync task. Look for its buckets in the list of sync tasks ' +
      '(GET /sync-tasks, or the OMS console) before creating it again, or create it with if_exists=return.';
    super(
      // OMS's own 503 stays one for callers; the text says to look before sending it again.
      failure.status === 504 || failure.omsStatus === 503 ? failure.status : 502,
      'OmsSync.AmbiguousCreate',
      `${remedy} Cause: ${failure.message}`,
      remedy,
      {
        omsStatus: failure.omsStatus,
        omsErrorCode: failure.omsErrorCode,
        omsErrorMsg: failure.omsErrorMsg,
        requestId: failure.requestId,
        attempts: failure.attempts,
        retryable: false,
        cause: failure,
      },
    );
  }
}
