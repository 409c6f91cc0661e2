//! Why a service cannot be installed, removed or looked at.

use miette::Diagnostic;
use thiserror::Error;

/// What is in the way. Unless it says otherwise, nothing was changed.
#[derive(Debug, Error, Diagnostic)]
pub enum ServiceError {
    /// Which service is meant cannot be told.
    #[error("{playbook} does not say the name of its service: {how}")]
    #[diagnostic(
        code(service::no_name),
        help("give the name that the playbook had: `openbell service {command} --name NAME`")
    )]
    NoName {
        /// The playbook.
        playbook: String,
        /// What is wrong with it.
        how: String,
        /// `uninstall` or `status`.
        command: &'static str,
    },
    /// The system of this machine keeps its services otherwise.
    #[error("this machine has no systemd that runs")]
    #[diagnostic(
        code(service::no_systemd),
        help(
            "in a container, let its engine restart openbell; elsewhere `openbell service print` shows the text for another system"
        )
    )]
    NoSystemd,
    /// The program that keeps services is not there.
    #[error("the program {tool}, which keeps services here, was not found")]
    #[diagnostic(code(service::no_tool), help("it belongs to the system: look for it, and put it into PATH"))]
    NoTool {
        /// Such as `systemctl`.
        tool: String,
    },
    /// Only root may.
    #[error("only root may {doing} a service of the whole machine")]
    #[diagnostic(
        code(service::not_root),
        help("run it with sudo; or, with a rootless engine, make it a service of yours with `--user`")
    )]
    NotRoot {
        /// `install` or `uninstall`.
        doing: &'static str,
    },
    /// The program that keeps services refused.
    #[error("`{command}` failed: {said}")]
    #[diagnostic(
        code(service::command),
        help("mend what it says and ask again: what is done already is found and left as it is")
    )]
    Command {
        /// What was run.
        command: String,
        /// What it said.
        said: String,
    },
    /// Somebody changed the text.
    #[error("{file} was changed by hand since openbell wrote it")]
    #[diagnostic(
        code(service::changed_by_hand),
        help("keep what you need of it with `systemctl edit`, then `--force` writes it anew")
    )]
    Changed {
        /// The file.
        file: String,
    },
    /// Somebody else's file has the name.
    #[error("{file} is there and was not written by openbell")]
    #[diagnostic(code(service::not_ours), help("move it away, or give the playbook another `name`"))]
    Foreign {
        /// The file.
        file: String,
    },
    /// Another playbook of the same name has a service.
    #[error("{file} is the service of another playbook with the same name, {other}")]
    #[diagnostic(
        code(service::name_taken),
        help("give this playbook another `name`; or `--force`, when it is the same one in a new place")
    )]
    NameTaken {
        /// The file.
        file: String,
        /// The playbook that it is for.
        other: String,
    },
    /// The disk refused.
    #[error("{path} cannot be changed")]
    #[diagnostic(code(service::unwritable), help("see who may write there, and whether there is room"))]
    Unwritable {
        /// The file or directory.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A path that a text of the system cannot hold.
    #[error("the path {path} cannot stand in the text of a service: {how}")]
    #[diagnostic(code(service::path), help("give the file or directory another name"))]
    Path {
        /// The path.
        path: String,
        /// Why not.
        how: &'static str,
    },
    /// What a start empties.
    #[error("{path} lies where a restart of the machine removes it")]
    #[diagnostic(
        code(service::temporary),
        help("put it where it stays, such as /etc/openbell (the playbook) and /usr/local/bin (the program)")
    )]
    Temporary {
        /// The file.
        path: String,
    },
    /// A file that was named is not there.
    #[error("{path} cannot be read, and the service would need it")]
    #[diagnostic(code(service::unreadable), help("correct the path; the service reads it at every start"))]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The playbook wants a credential that was not given.
    #[error("the playbook wants the credential {name}, and nothing says where it is")]
    #[diagnostic(code(service::credential), help("add `--credential {name}=/path/of/the/secret`"))]
    Credential {
        /// Its name.
        name: String,
    },
    /// A credential that the playbook does not want.
    #[error("the playbook wants no credential {name}")]
    #[diagnostic(
        code(service::credential_unknown),
        help("leave it out; or write `{{credential: {name}}}` where the secret belongs")
    )]
    CredentialUnknown {
        /// Its name.
        name: String,
    },
    /// Only systemd hands over credentials.
    #[error("the playbook wants the credential {name}, and only systemd hands credentials over")]
    #[diagnostic(
        code(service::credential_systemd),
        help("keep the secret in a file and write `{{file: path}}` in the playbook")
    )]
    CredentialSystemd {
        /// Its name.
        name: String,
    },
    /// A secret from a place that a service does not have.
    #[error("a secret is to come from {from}, which a service does not have")]
    #[diagnostic(
        code(service::secret_place),
        help("write `{{credential: NAME}}` (systemd) or `{{file: path}}` in the playbook")
    )]
    SecretPlace {
        /// Where from.
        from: String,
    },
    /// A secret would stand in a file that everybody can read.
    #[error("the value of --var {name} would stand in the text of the service, for everybody to read")]
    #[diagnostic(
        code(service::secret_variable),
        help("put it into a file that only its owner can read, and give that with `--env-file FILE`")
    )]
    SecretVariable {
        /// The variable.
        name: String,
    },
    /// The user that it is to run as is not there.
    #[error("there is no user {user} on this machine, whom the service is to run as")]
    #[diagnostic(
        code(service::no_user),
        help("correct the name, or make the user: `sudo useradd --system --groups docker {user}`")
    )]
    NoUser {
        /// The name.
        user: String,
    },
    /// The user that it is to run as may not talk to the engine.
    #[error("{user} may not talk to the Docker engine at {socket}, and the service would do nothing else")]
    #[diagnostic(
        code(service::no_engine_rights),
        help("`sudo usermod --append --groups {group} {user}` lets it; it is as much as making it root")
    )]
    NoEngineRights {
        /// The name.
        user: String,
        /// The engine's socket.
        socket: String,
        /// The group that may.
        group: String,
    },
    /// A user's service without a home directory.
    #[error("where your home directory is cannot be told: HOME is not set to an absolute path")]
    #[diagnostic(
        code(service::no_home),
        help("set HOME; of a service that is for another machine, to the home directory there")
    )]
    NoHome,
    /// The reports are there and cannot be looked at.
    #[error("the reports in {directory} cannot be read")]
    #[diagnostic(
        code(service::reports),
        help("they are readable by the user only that the service runs as: try again with sudo")
    )]
    Reports {
        /// Where they are.
        directory: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}
