//! Puts what cargo-leptos built for the browser into the binary, with a brotli copy of each file.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let site = Path::new("../target/site");
    println!("cargo::rerun-if-changed=../migrations");
    println!("cargo::rerun-if-changed={}", site.display());

    // A debug build reads the folder at run time, so that `cargo leptos watch` shows a new style at once.
    let embeds = env::var("PROFILE")? == "release";
    let mut files = Vec::new();
    if embeds && site.is_dir() {
        collect(site, &mut files)?;
        files.sort();
    }

    let mut hasher = DefaultHasher::new();
    let mut table = String::from("&[\n");
    for (number, file) in files.iter().enumerate() {
        let bytes = fs::read(file)?;
        let path = file.strip_prefix(site)?.to_str().ok_or("a file name that is not UTF-8")?;
        (path, &bytes).hash(&mut hasher);
        let mut small = Vec::new();
        let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        brotli::BrotliCompress(&mut bytes.as_slice(), &mut small, &params)?;
        fs::write(out.join(format!("{number}.raw")), &bytes)?;
        fs::write(out.join(format!("{number}.br")), &small)?;
        writeln!(table, "    Asset {{ path: {path:?}, raw: include_bytes!(\"{number}.raw\"), brotli: include_bytes!(\"{number}.br\") }},")?;
    }
    table.push(']');
    fs::write(out.join("assets.rs"), table)?;
    println!("cargo::rustc-env=ASSETS_HASH={:016x}", hasher.finish());
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
