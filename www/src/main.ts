import "../styles/main.css";
import "./app.ts";
