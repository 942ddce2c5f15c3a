"""A reader of streams that knows nothing but man/man5/ap-stream.5.

    python3 ap_stream.py < stream

checks every rule that concerns a reader and prints, as JSON, what it found. A stream that breaks a
rule ends it with status 1 and the rule on standard error.
"""

import hashlib
import json
import re
import sys

MAX_LINE = 65536
MAX_PAYLOAD = 67108864


class Broken(Exception):
    pass


def rule(holds, text):
    if not holds:
        raise Broken(text)


def unique(pairs):
    names = [name for name, _ in pairs]
    rule(len(set(names)) == len(names), "a member stands twice")
    return dict(pairs)


def is_count(value, least=0):
    return type(value) is int and least <= value <= 2**53


def read_line(stream):
    line = stream.readline(MAX_LINE)
    rule(line, "the stream was cut between records")
    rule(line.endswith(b"\n"), "the stream was cut in a line, or a line is too long")
    value = json.loads(line.decode("utf-8"), object_pairs_hook=unique)
    rule(type(value) is dict and type(value.get("type")) is str, "a line is an object with a type")
    return line, value


def read_header(stream):
    line, header = read_line(stream)
    rule(line.startswith(b'{"ap":1,'), "the magic number is missing")
    rule(header["type"] == "stream", "the first line is a header")
    rule(is_count(header["channels"], 1) and header["channels"] <= 1024, "channels")
    rule(is_count(header["rate"], 1), "rate")
    rule(header["encoding"] == "f32le", "encoding")
    rule(header["layout"] in ("contiguous", "windowed"), "layout")
    names = [track["name"] for track in header["tracks"]]
    rule(names and len(set(names)) == len(names), "tracks have different names")
    rule(all(re.fullmatch("[a-z0-9._-]{1,64}", name) for name in names), "names of tracks")
    rule(header.get("frames") is None or is_count(header["frames"]), "frames")
    rule(not header.get("requires"), "the stream requires a feature")
    if header["layout"] == "windowed":
        window = header["window"]
        rule(is_count(window["length"], 1), "window length")
        rule(is_count(window["overlap"]) and 2 * window["overlap"] <= window["length"], "overlap")
        rule(window["fade"] in ("cosine", "linear"), "fade")
    canonical = json.dumps(
        {key: header[key] for key in header if key != "ap"},
        separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    rule(line.decode() == '{"ap":1,' + canonical[1:] + "\n", "a writer sorts, without spaces")
    return header


class TrackState:
    def __init__(self):
        self.frames = 0
        self.end = 0
        self.segment = -1
        self.start = -1
        self.missing = 0
        self.segments = []
        self.digest = hashlib.sha256()

    def take(self, record, window):
        offset, frames = record["offset"], record["frames"]
        if window is None:
            rule("segment" not in record, "no segments in a contiguous stream")
            rule(offset >= self.end, "offsets increase")
        elif self.missing:
            rule(record["segment"] == self.segment and offset == self.end, "a segment goes on")
            self.missing -= frames
        else:
            length = record["length"]
            rule(record["segment"] == self.segment + 1, "segments count without a gap")
            rule(1 <= length <= window["length"], "a segment fits the window")
            rule(offset > self.start and offset + length > self.end, "segments go on")
            rule(offset >= self.end - window["overlap"], "segments share no more than the overlap")
            self.segment, self.start = record["segment"], offset
            self.missing = length - frames
            self.segments.append([offset, length])
        rule(self.missing >= 0, "a segment ends within its length")
        self.end = offset + frames
        self.frames += frames


def read(stream):
    header = read_header(stream)
    tracks = {track["name"]: TrackState() for track in header["tracks"]}
    window = header.get("window") if header["layout"] == "windowed" else None
    records, others = 0, []
    while True:
        _, record = read_line(stream)
        if record["type"] == "abort":
            raise Broken("%s failed: %s" % (record["tool"], record["message"]))
        if record["type"] == "end":
            break
        records += 1
        size = record.get("bytes") or 0
        rule(is_count(size) and size <= MAX_PAYLOAD, "bytes")
        payload = stream.read(size)
        rule(len(payload) == size, "the stream was cut in a payload")
        if record["type"] != "audio":
            others.append([record, payload.decode("latin-1")])
            continue
        rule(is_count(record["frames"], 1) and is_count(record["offset"]), "counts")
        rule(size == record["frames"] * header["channels"] * 4, "bytes")
        end = record["offset"] + record["frames"]
        rule(header.get("frames") is None or end <= header["frames"], "records end within frames")
        track = tracks[record["track"]]
        track.take(record, window)
        track.digest.update(payload)
    rule(not any(track.missing for track in tracks.values()), "segments are complete")
    rule(record["records"] == records, "the end counts the records")
    counts = {name: track.frames for name, track in tracks.items()}
    rule(record["frames"] == counts, "the end counts the frames")
    rule(stream.read(1) == b"", "nothing follows the end")
    return {
        "header": header,
        "records": records,
        "others": others,
        "end": record,
        "tracks": {
            name: {
                "frames": track.frames,
                "end": track.end,
                "segments": track.segments,
                "sha256": track.digest.hexdigest(),
            }
            for name, track in tracks.items()
        },
    }


if __name__ == "__main__":
    try:
        print(json.dumps(read(sys.stdin.buffer), sort_keys=True))
    except (Broken, KeyError, ValueError) as problem:
        sys.exit("%s: %s" % (type(problem).__name__, problem))
