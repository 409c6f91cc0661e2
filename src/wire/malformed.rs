//! What can be wrong with a payload that arrived whole.

/// A payload that is not what its message id, or its place in the conversation, promises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Too short to hold a message id, or the id is not a number.
    #[error("the frame carries no message id")]
    NoMessageId,
    /// A field that the message must have is not there.
    #[error("message {message} lacks its {field}")]
    MissingField {
        /// The id of the message.
        message: u32,
        /// What the field means.
        field: &'static str,
    },
    /// A field that must be a number is not one, or is out of range.
    #[error("message {message} has no usable number as its {field}")]
    NotANumber {
        /// The id of the message.
        message: u32,
        /// What the field means.
        field: &'static str,
    },
    /// The bytes after the id are not a protobuf message.
    #[error("message {message} is not a protobuf message")]
    NotProtobuf {
        /// The id of the message.
        message: u32,
    },
}
