import { describe, expect, it } from 'vitest';
import { classifyEventName } from '#shared/events/event-name.ts';

describe('classifyEventName', () => {
  const created = ['Put', 'Post', 'Copy', 'CompleteMultipartUpload'].flatMap((end) =>
    ['', 's3:', 'OBS:DWR:'].flatMap((prefix) => [
      [`${prefix}ObjectCreated:${end}`, `ObjectCreated:${end}`],
      [`${prefix}ObjectCreated:${end.toUpperCase()}`, `ObjectCreated:${end}`],
    ]),
  );

  it.each(created)('takes %s for the creation %s', (written, eventName) => {
    expect(classifyEventName(written)).toEqual({ created: true, eventName });
  });

  it.each([' ObjectCreated:Put', 'ObjectCreated:Put ', '\tOBS:DWR:ObjectCreated:PUT\n', 's3:objectcreated:put\u00a0'])(
    'takes %j for a creation, whatever blanks are around it',
    (written) => expect(classifyEventName(written)).toEqual({ created: true, eventName: 'ObjectCreated:Put' }),
  );

  it.each([
    ['ObjectRemoved:Delete', 'object_removed'],
    ['objectremoved:delete ', 'object_removed'],
    ['s3:ObjectRemoved:DeleteMarkerCreated', 'object_removed'],
    ['OBS:DWR:ObjectRemoved:Delete', 'object_removed'],
    ['LifecycleExpiration:Delete', 'object_removed'],
    ['ObjectRestore:Completed', 'not_an_object_creation'],
    ['ObjectTagging:Put', 'not_an_object_creation'],
    ['ObjectAcl:Put', 'not_an_object_creation'],
    ['s3:ObjectAccessed:Get', 'not_an_object_creation'],
    ['s3:ReducedRedundancyLostObject', 'not_an_object_creation'],
    ['s3:ObjectCreated:PutTagging', 'not_an_object_creation'],
    ['ObjectCreated:UploadPart', 'not_an_object_creation'],
    ['s3:TestEvent', 'test_event'],
  ])('ignores %j as %s and repeats the name as it was written', (written, reason) => {
    expect(classifyEventName(written)).toEqual({ created: false, reason, eventName: written });
  });

  it.each([
    'ObjectCreated:Append',
    'ObjectCreated:PutSymlink',
    'ObjectCreated:*',
    'ObjectCreated:',
    'ObjectCreated',
    'ObjectCreated: Put',
    'ObjectCreatedByReplication:Put',
    'ObjectReplication:ObjectCreated',
    'ObjectRemoved:Undelete',
    'ObjectRemoved',
    'ObjectRestore:Anew',
    'object:put',
    'Put',
    'OBS:CloudTrace:ApiCall',
    's3:s3:ObjectCreated:Put',
    's3:OBS:DWR:ObjectCreated:Put',
    'xObjectCreated:Put',
    'ObjectCreated:P\u0000ut',
    '',
    '  ',
    'constructor',
    '__proto__',
  ])('does not know %j, so that it may be a creation', (written) => {
    expect(classifyEventName(written)).toEqual({ created: true, doubt: 'unknown_event_name', eventName: written });
  });
});
