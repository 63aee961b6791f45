//! From bytes to JSON text: gzip, byte order marks, and what can be wrong with either.

use std::io::{self, BufReader, Chain, Cursor, Read};
use std::{error, fmt};

use flate2::read::MultiGzDecoder;

use crate::error::{Error, Result};

/// The text of a file: unpacked, without its byte order mark.
pub(super) type Text<R> = BufReader<Peeked<Unpacked<Peeked<Raw<R>>>>>;

/// A stream with its first bytes put back.
type Peeked<R> = Chain<Cursor<Vec<u8>>, R>;

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const UTF8_MARK: &[u8] = &[0xef, 0xbb, 0xbf];
const UTF16_MARKS: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];
const BUFFER_BYTES: usize = 128 * 1024;

/// A stream, or the content of the gzip members in it.
#[derive(Debug)]
pub(super) enum Unpacked<R> {
    Plain(R),
    Gzip(Box<MultiGzDecoder<R>>),
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Gzip(stream) => stream.read(buffer),
        }
    }
}

/// The file itself. Its errors are marked, to be told from those of the gzip decoder above it.
#[derive(Debug)]
pub(super) struct Raw<R>(R);

impl<R: Read> Read for Raw<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|err| io::Error::new(err.kind(), Refused(err)))
    }
}

/// A read that the machine refused.
#[derive(Debug)]
struct Refused(io::Error);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl error::Error for Refused {}

/// Opens `input` as text; `subject` names it in errors.
pub(super) fn open<R: Read>(input: R, subject: &str) -> Result<Text<R>> {
    let explain = |err| read_error(err, subject);
    let (magic, raw) = peek(Raw(input), GZIP_MAGIC.len()).map_err(explain)?;
    let unpacked = if magic == GZIP_MAGIC {
        Unpacked::Gzip(Box::new(MultiGzDecoder::new(raw)))
    } else {
        Unpacked::Plain(raw)
    };
    let (mark, mut text) = peek(unpacked, UTF8_MARK.len()).map_err(explain)?;
    if UTF16_MARKS.iter().any(|utf16| mark.starts_with(utf16)) {
        return Err(Error::input(format!("{subject} is UTF-16 text, not UTF-8"))
            .with_hint("save it as UTF-8; in PowerShell, pipe it into `Out-File -Encoding utf8`"));
    }
    if mark == UTF8_MARK {
        io::copy(&mut text.by_ref().take(3), &mut io::sink()).map_err(explain)?;
    }
    Ok(BufReader::with_capacity(BUFFER_BYTES, text))
}

/// The first bytes of `stream`, and the stream with these put back.
fn peek<R: Read>(mut stream: R, count: usize) -> io::Result<(Vec<u8>, Peeked<R>)> {
    let mut head = Vec::with_capacity(count);
    stream.by_ref().take(count as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(stream)))
}

/// A failed read, as the machine's fault or the gzip's.
pub(super) fn read_error(err: io::Error, subject: &str) -> Error {
    let damage = match err.downcast::<Refused>() {
        Ok(Refused(cause)) => return Error::io(format!("read {subject}"), cause),
        Err(damage) => damage,
    };
    let what = match damage.kind() {
        io::ErrorKind::UnexpectedEof => "breaks off before its end",
        _ => "is damaged",
    };
    Error::input(format!("gzip of {subject} {what}"))
        .with_source(damage)
        .with_hint("fetch the file again; nothing was taken")
}
