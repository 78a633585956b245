# SPDX-License-Identifier: GPL-3.0-or-later
"""A clip as Kdenlive's own clipboard holds it, so that pasting inserts it and one undo takes it out."""

from xml.sax.saxutils import quoteattr

from foleycue_plugin.hosts.mlt.document import property_xml
from foleycue_plugin.hosts.mlt.parts import Sound

#: Not the id of any project (those are milliseconds since 1970), so that Kdenlive imports the clip into its bin.
_DOCUMENT = 424242


def scene(sound: Sound, offset: int, bin_id: int) -> str:
    """Clipboard text that places a whole sound on the active audio track, offset frames from the playhead.

    It names no rate, which Kdenlive would compare with its own as text. By its duration Kdenlive moves the playhead
    after a paste: that is none.
    """
    last = sound.frames - 1
    facts: dict[str, object] = {
        "length": sound.frames,
        "eof": "pause",
        "resource": sound.path,
        "mlt_service": "avformat",
        "audio_index": 0,
        "video_index": -1,
        "seekable": 1,
        "kdenlive:clip_type": 1,
        "kdenlive:clipname": sound.name,
        "kdenlive:id": bin_id,
    }
    attributes = {
        "audioTrack": 1, "audioStream": 0, "id": 1, "state": 2, "position": offset, "speed": "1.000000",
        "mirrorTrack": -1, "binid": bin_id, "track": 0, "playlist": 0, "in": 0, "out": last,
    }  # fmt: skip
    clip = "".join(f" {name}={quoteattr(str(value))}" for name, value in attributes.items())
    return (
        '<kdenlive-scene offset="0" duration="0" videoTracks="0" masterTrack="-1"'
        f' documentid="{_DOCUMENT}" masterAudioTrack="0" audioTracks="1">'
        f'<clip{clip}><effects parentIn="0"/></clip>'
        f'<bin><producer type="1" id="producer0" in="0" out="{last}">'
        + "".join(property_xml(name, value) for name, value in facts.items())
        + "</producer></bin><groups>[]</groups></kdenlive-scene>"
    )
