"""What users of boto3 do with a bucket: python3 boto3-checks.py ENDPOINT SIGNATURE ADDRESSING PROXY

Keys are in the environment. Every failed assertion ends it with an error.
"""

import sys
import urllib.request

import boto3
import botocore
from botocore.client import Config
from botocore.exceptions import ClientError

endpoint, signature, addressing, proxy = sys.argv[1:]
client = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name="cn-north-4",
    config=Config(
        signature_version=signature,
        s3={"addressing_style": addressing},
        # Resolves subdomains of localhost, which not every resolver knows.
        proxies={"http": proxy},
        retries={"max_attempts": 0},
    ),
)
BUCKET = "boto3"
KEY = "报告/a+b %2F ☃ '(*)!.txt"
MIB = 1024 * 1024
# Releases such as Debian's sign `?uploads?uploads` with version 2, and others alike, which is right for no server.
is_able = signature != "s3" or int(botocore.__version__.split(".")[1]) >= 40


def fails(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error.response
    else:
        raise AssertionError(f"expected {code}")


client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "cn-north-4"})
assert BUCKET in [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]

client.put_object(Bucket=BUCKET, Key=KEY, Body=b"content", Metadata={"a": "1"}, StorageClass="STANDARD_IA")
found = client.get_object(Bucket=BUCKET, Key=KEY)
assert (found["Body"].read(), found["Metadata"], found["StorageClass"]) == (b"content", {"a": "1"}, "STANDARD_IA")
assert client.get_object(Bucket=BUCKET, Key=KEY, Range="bytes=1-2")["Body"].read() == b"on"
fails("404", client.head_object, Bucket=BUCKET, Key="absent")
fails("NoSuchKey", client.get_object, Bucket=BUCKET, Key="absent")

client.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": KEY}, CopySourceIfMatch=found["ETag"])
fails(
    "PreconditionFailed",
    client.copy_object,
    Bucket=BUCKET,
    Key="copy",
    CopySource={"Bucket": BUCKET, "Key": KEY},
    CopySourceIfNoneMatch=found["ETag"],
)

if is_able:
    part = {"Bucket": BUCKET, "Key": "large"}
    upload = client.create_multipart_upload(**part)["UploadId"]
    first = client.upload_part(**part, UploadId=upload, PartNumber=1, Body=b"p" * (5 * MIB))["ETag"]
    source = {"Bucket": BUCKET, "Key": KEY}
    second = client.upload_part_copy(**part, UploadId=upload, PartNumber=2, CopySource=source)["CopyPartResult"]["ETag"]
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]
    assert len(client.list_parts(**part, UploadId=upload)["Parts"]) == 2
    client.complete_multipart_upload(**part, UploadId=upload, MultipartUpload={"Parts": parts})
    assert client.head_object(**part)["ContentLength"] == 5 * MIB + 7
    abandoned = client.create_multipart_upload(**part)["UploadId"]
    client.abort_multipart_upload(**part, UploadId=abandoned)
else:
    client.put_object(Bucket=BUCKET, Key="large", Body=b"p")

KEYS = sorted([KEY, "copy", "large"], key=lambda key: key.encode())
for listing in ("list_objects", "list_objects_v2") if is_able else ("list_objects",):
    pages = client.get_paginator(listing).paginate(Bucket=BUCKET, PaginationConfig={"PageSize": 1})
    assert [entry["Key"] for page in pages for entry in page.get("Contents", [])] == KEYS, listing

opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": proxy}))


def presigned(method, operation, body=None, headers={}, **arguments):
    url = client.generate_presigned_url(operation, Params={"Bucket": BUCKET, **arguments}, ExpiresIn=60)
    # urllib adds a Content-Type of its own.
    request = urllib.request.Request(url, method=method, data=body, headers={"Content-Type": "", **headers})
    with opener.open(request) as answer:
        return answer.read()


assert presigned("GET", "get_object", Key=KEY, ResponseContentType="a/b c") == b"content"
presigned("PUT", "put_object", b"presigned", {"x-amz-meta-b": "2"}, Key="presigned", Metadata={"b": "2"})
found = client.get_object(Bucket=BUCKET, Key="presigned")
assert (found["Body"].read(), found["Metadata"]) == (b"presigned", {"b": "2"}), found
presigned("DELETE", "delete_object", Key="presigned")

if is_able:
    removed = client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in KEYS]})
    assert len(removed["Deleted"]) == len(KEYS) and "Errors" not in removed
else:
    for key in KEYS:
        client.delete_object(Bucket=BUCKET, Key=key)
client.delete_bucket(Bucket=BUCKET)
fails("NoSuchBucket", client.list_objects, Bucket=BUCKET)
