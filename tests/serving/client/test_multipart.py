"""Forms with files."""

from python_multipart import FormParser

from serving.client.multipart import encode


def test_fields_and_files_come_back_as_they_were() -> None:
    fields = {"name": "Ada Müller – “x”\r\n--", "empty": ""}
    files = {"images": [b"\r\n--a\x00\xff", b""], "image": [b"x" * 70_000], "none": []}
    body, content_type = encode(fields, files)
    media_type, _, boundary = content_type.partition("; boundary=")
    got: list[tuple[str, bytes]] = []

    def on_field(field: object) -> None:
        got.append((field.field_name.decode(), field.value or b""))  # type: ignore[attr-defined]

    def on_file(file: object) -> None:
        file.file_object.seek(0)  # type: ignore[attr-defined]
        got.append((file.field_name.decode(), file.file_object.read()))  # type: ignore[attr-defined]

    parser = FormParser(media_type, on_field, on_file, boundary=boundary)
    parser.write(body)
    parser.finalize()
    assert got == [
        *((name, text.encode()) for name, text in fields.items()),
        ("images", b"\r\n--a\x00\xff"),
        ("images", b""),
        ("image", b"x" * 70_000),
    ]
