"""Dify's client of Milvus (pymilvus) on a server: `milvus.py URI COMMAND NAME`.

fill:   creates a collection as Dify does with hybrid search (api/providers/vdb/vdb-milvus), with rows, some of them
        deleted again
look:   prints a JSON document with everything that Dify and its users see of the collection
release: takes the collection out of memory
"""

import json
import math
import sys

from pymilvus import CollectionSchema, DataType, FieldSchema, Function, FunctionType, MilvusClient
from pymilvus.milvus_client import IndexParams

ROWS = 1000
BATCH = 500


def vector(number):
    """A direction of its own, which no other row is near to."""
    angle = 2 * math.pi * number / ROWS
    return [math.cos(angle), math.sin(angle), 0.5]


def fill(client, name):
    schema = CollectionSchema(
        [
            FieldSchema("metadata", DataType.JSON, max_length=65_535),
            FieldSchema("page_content", DataType.VARCHAR, max_length=65_535, enable_analyzer=True),
            FieldSchema("id", DataType.INT64, is_primary=True, auto_id=True),
            FieldSchema("vector", DataType.FLOAT_VECTOR, dim=3),
            FieldSchema("sparse_vector", DataType.SPARSE_FLOAT_VECTOR),
        ]
    )
    schema.add_function(
        Function(
            name="text_bm25_emb",
            input_field_names=["page_content"],
            output_field_names=["sparse_vector"],
            function_type=FunctionType.BM25,
        )
    )
    indexes = IndexParams()
    params = {"M": 8, "efConstruction": 64}
    indexes.add_index(field_name="vector", metric_type="IP", index_type="HNSW", params=params)
    indexes.add_index(field_name="sparse_vector", index_type="AUTOINDEX", metric_type="BM25")
    client.create_collection(
        collection_name=name, schema=schema, index_params=indexes, consistency_level="Session"
    )
    rows = [
        {
            "page_content": f"segment ä word{number}",
            "metadata": {"doc_id": str(number), "document_id": "a document", "score": None},
            "vector": vector(number),
        }
        for number in range(ROWS)
    ]
    ids = []
    for start in range(0, ROWS, BATCH):
        ids.extend(client.insert(collection_name=name, data=rows[start : start + BATCH])["ids"])
    client.delete(collection_name=name, ids=[ids[3], ids[998]])


def look(client, name):
    state = str(client.get_load_state(name)["state"])
    client.load_collection(name)
    fields = ["page_content", "metadata"]
    rows = client.query(name, filter="id >= 0", output_fields=[*fields, "vector"])
    described = client.describe_collection(name)
    for row in rows:
        del row["id"]
        row["vector"] = [float(number) for number in row["vector"]]
    found = [
        client.search(name, data=[data], anns_field=field, limit=1, output_fields=fields)[0][0]["entity"]
        for field, data in (("vector", vector(7)), ("sparse_vector", "word7"))
    ]
    return {
        "state": state,
        "rows": sorted(rows, key=lambda row: int(row["metadata"]["doc_id"])),
        "schema": {part: described[part] for part in ("fields", "functions", "auto_id")},
        "indexes": [client.describe_index(name, index) for index in client.list_indexes(name)],
        "found": [entity["page_content"] for entity in found],
    }


def main():
    uri, command, name = sys.argv[1:]
    client = MilvusClient(uri=uri, db_name="default")
    if command == "fill":
        fill(client, name)
    elif command == "release":
        client.release_collection(name)
    else:
        print(json.dumps(look(client, name), default=str))


main()
