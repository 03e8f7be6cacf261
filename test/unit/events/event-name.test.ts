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

  it.each([
    ['ObjectRemoved:Delete', 'object_removed'],
    ['s3:ObjectRemoved:DeleteMarkerCreated', 'object_removed'],
    ['OBS:DWR:ObjectRemoved:Delete', 'object_removed'],
    ['LifecycleExpiration:Delete', 'object_removed'],
    ['ObjectRestore:Completed', 'not_an_object_creation'],
    ['ObjectTagging:Put', 'not_an_object_creation'],
    ['ObjectAcl:Put', 'not_an_object_creation'],
    ['s3:ObjectAccessed:Get', 'not_an_object_creation'],
    ['s3:ReducedRedundancyLostObject', 'not_an_object_creation'],
    // MinIO writes changes of metadata, Aliyun parts of uploads, under the family of creations.
    ['s3:ObjectCreated:PutTagging', 'unknown_object_creation'],
    ['ObjectCreated:UploadPart', 'unknown_object_creation'],
    ['ObjectCreated:*', 'unknown_object_creation'],
    ['ObjectCreated', 'unknown_object_creation'],
    ['s3:TestEvent', 'test_event'],
    ['object:put', 'unknown_event_name'],
    ['OBS:CloudTrace:ApiCall', 'unknown_event_name'],
    ['s3:s3:ObjectCreated:Put', 'unknown_event_name'],
    ['s3:OBS:DWR:ObjectCreated:Put', 'unknown_event_name'],
    ['xObjectCreated:Put', 'unknown_event_name'],
    ['', 'unknown_event_name'],
    ['constructor', 'unknown_event_name'],
  ])('ignores %j as %s and repeats the name as it was written', (written, reason) => {
    expect(classifyEventName(written)).toEqual({ created: false, reason, eventName: written });
  });
});
