//! The key pair of `--jwt-signing-key`: with it Holdfast signs tokens for services that must not hold the shared secret.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::config::ConfigError;

/// An Ed25519 key pair (RFC 8037).
pub struct SigningKey {
    /// Its thumbprint (RFC 7638): the `kid` of tokens and of the key set.
    pub id: String,
    /// Signs.
    pub signing: EncodingKey,
    /// Verifies.
    pub verifying: DecodingKey,
    /// The public half in base64url, the `x` of the key set.
    x: String,
}

impl SigningKey {
    /// Reads it from a file.
    pub fn read(file: &Path) -> Result<Self, ConfigError> {
        let error = |why: &str| ConfigError(format!("--jwt-signing-key: {}: {why}", file.display()));
        let pem = fs::read(file).map_err(|cause| error(&cause.to_string()))?;
        let not_a_key = "it has no Ed25519 private key in PEM; make one with `openssl genpkey -algorithm ed25519`";
        let der = PrivatePkcs8KeyDer::from_pem_slice(&pem).map_err(|_| error(not_a_key))?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()).map_err(|_| error(not_a_key))?;
        let x = URL_SAFE_NO_PAD.encode(pair.public_key());
        // RFC 7638, section 3: the members that are needed, in order and without spaces.
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Ok(Self {
            id: URL_SAFE_NO_PAD.encode(thumbprint),
            signing: EncodingKey::from_ed_der(der.secret_pkcs8_der()),
            verifying: DecodingKey::from_ed_der(pair.public_key().as_ref()),
            x,
        })
    }

    /// The set with its public half (RFC 7517).
    pub fn public_set(&self) -> Value {
        json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.id, "x": self.x }] })
    }
}
