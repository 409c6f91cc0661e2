//! Historical bars: the answer to a request for history that is over when it is sent.

use crate::wire::dialect::Dialect;
use crate::wire::message::{answer, since};
use crate::wire::protobuf::Message;

/// From here on the text form has neither a version nor a mark for gaps.
const WITHOUT_GAPS: u32 = 124;
/// From here on the end of the bars is a message of its own.
const END_APART: u32 = 196;

/// A bar in which the price does not move.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// When it begins, as the request's format of dates has it.
    pub date: String,
    /// Its price.
    pub price: f64,
}

/// All bars of a request, from `start` to `end` as the gateway writes times, and their end.
pub fn historical_data(server_version: u32, request: i64, start: &str, end: &str, bars: &[Bar]) -> Vec<u8> {
    let form = Dialect::of_message(server_version, since::HISTORY);
    let mut frames = form.message(
        answer::HISTORICAL_DATA,
        |text| {
            if server_version < WITHOUT_GAPS {
                text.add(3);
            }
            text.add(request);
            if server_version < END_APART {
                text.add(start).add(end);
            }
            text.add(bars.len());
            for Bar { date, price } in bars {
                text.add(date).add(price).add(price).add(price).add(price).add(-1).add(-1);
                if server_version < WITHOUT_GAPS {
                    text.add("false");
                }
                text.add(-1);
            }
        },
        |message| {
            message.number(1, request);
            for bar in bars {
                message.bytes(2, &one(bar));
            }
        },
    );
    if server_version >= END_APART {
        frames.extend(form.message(
            answer::HISTORICAL_DATA_END,
            |text| {
                text.add(request).add(start).add(end);
            },
            |message| {
                message.number(1, request).string(2, start).string(3, end);
            },
        ));
    }
    frames
}

/// A bar without volume, as those of currencies are: -1.
fn one(Bar { date, price }: &Bar) -> Vec<u8> {
    let mut bar = Message::default();
    bar.string(1, date).double(2, *price).double(3, *price).double(4, *price).double(5, *price);
    bar.string(6, "-1").string(7, "-1").number(8, -1);
    bar.into_bytes()
}
