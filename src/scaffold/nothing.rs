//! A playbook from a few answers: the usual gateway image, and a bot.

use super::Draft;
use super::text::{SCHEMA_FILE, scalar};

/// What is asked, with what is meant when nothing is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    /// The playbook's name.
    pub name: String,
    /// `host:port` of the TWS API as this machine reaches it.
    pub address: String,
    /// The gateway's image.
    pub gateway_image: String,
    /// The bot's image.
    pub bot_image: String,
    /// Name of the bot's container.
    pub bot_container: String,
    /// The bot's client id.
    pub client_id: i32,
    /// Directory of the secret files, relative to the playbook.
    pub secrets: String,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            name: "paper".to_owned(),
            address: "127.0.0.1:4002".to_owned(),
            gateway_image: "ghcr.io/gnzsnz/ib-gateway:stable".to_owned(),
            bot_image: "trading-bot:latest".to_owned(),
            bot_container: "trading-bot".to_owned(),
            client_id: 100,
            secrets: "secrets".to_owned(),
        }
    }
}

/// The playbook of these answers.
pub fn from_nothing(answers: &Answers) -> Draft {
    let directory = answers.secrets.trim_end_matches('/');
    let secret = |name: &str| (format!("{directory}/{}", name.to_lowercase()), name.to_owned());
    Draft {
        text: text(answers),
        secrets: vec![secret("TWS_USERID"), secret("TWS_PASSWORD")],
        images: vec![answers.gateway_image.clone(), answers.bot_image.clone()],
        ..Draft::default()
    }
}

fn text(answers: &Answers) -> String {
    let port = answers.address.rsplit_once(':').map_or("4002", |(_, port)| port);
    let own: Vec<String> =
        (101..).filter(|id| *id != answers.client_id).take(3).map(|id: i32| id.to_string()).collect();
    let text = TEMPLATE
        .replace("@schema@", SCHEMA_FILE)
        .replace("@name@", &scalar(&answers.name))
        .replace("@address@", &scalar(&answers.address))
        .replace("@port@", port)
        .replace("@gateway_image@", &scalar(&answers.gateway_image))
        .replace("@bot_image@", &scalar(&answers.bot_image))
        .replace("@bot_container@", &scalar(&answers.bot_container))
        .replace("@client_id@", &answers.client_id.to_string())
        .replace("@own@", &own.join(", "))
        .replace("@first@", &own[0]);
    let secrets = answers.secrets.trim_end_matches('/');
    let path = std::path::Path::new(secrets);
    let mounted = if path.is_absolute() || secrets.starts_with('.') {
        secrets.to_owned()
    } else {
        format!("./{secrets}")
    };
    text.replace("@mounted@", &mounted).replace("@secrets@", secrets)
}

const TEMPLATE: &str = include_str!("nothing.yaml");
