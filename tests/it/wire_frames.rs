//! Frames: cut from a stream as they come, refused when they cannot be.

use openbell::wire::{FrameError, MAX_FRAME, frame, read_frame};

async fn read(bytes: &[u8]) -> Result<Vec<u8>, FrameError> {
    let mut reader = bytes;
    read_frame(&mut reader).await
}

#[tokio::test]
async fn an_end_between_frames_is_a_close() {
    assert!(matches!(read(b"").await, Err(FrameError::Closed)));
}

#[tokio::test]
async fn an_end_inside_a_frame_says_how_much_had_come() {
    assert!(matches!(read(b"\0\0").await, Err(FrameError::Torn { have: 2 })));
    assert!(matches!(read(b"\0\0\0\x05abc").await, Err(FrameError::Torn { have: 7 })));
    assert!(matches!(read(b"\0\0\0\x05").await, Err(FrameError::Torn { have: 4 })));
}

#[tokio::test]
async fn an_answer_in_another_protocol_is_kept_as_evidence() {
    let Err(FrameError::TooLong { length, first_bytes }) = read(b"HTTP/1.1 400 Bad Request\r\n").await else {
        panic!("HTTP was taken for a frame");
    };
    assert_eq!(&first_bytes, b"HTTP");
    assert_eq!(length, u32::from_be_bytes(*b"HTTP"));
}

#[tokio::test]
async fn the_longest_frame_is_read_and_one_byte_more_is_refused() {
    let longest = vec![7; MAX_FRAME];
    assert_eq!(read(&frame(&longest)).await.unwrap(), longest);
    assert!(matches!(read(&[1, 0, 0, 0]).await, Err(FrameError::TooLong { length: 0x0100_0000, .. })));
}

#[tokio::test]
async fn frames_may_come_in_pieces_and_together() {
    let (mut near, mut far) = tokio::io::duplex(3);
    let writing = tokio::spawn(async move {
        let mut bytes = frame(b"first one");
        bytes.extend(frame(b""));
        bytes.extend(frame(b"third"));
        tokio::io::AsyncWriteExt::write_all(&mut far, &bytes).await.unwrap();
    });
    assert_eq!(read_frame(&mut near).await.unwrap(), b"first one");
    assert_eq!(read_frame(&mut near).await.unwrap(), b"");
    assert_eq!(read_frame(&mut near).await.unwrap(), b"third");
    writing.await.unwrap();
    assert!(matches!(read_frame(&mut near).await, Err(FrameError::Closed)));
}
