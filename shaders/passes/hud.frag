#version 330 core
// A picture drawn by Skia, with premultiplied alpha, over what is there.
in vec2 uv;
out vec4 color;

uniform sampler2D hud;

void main()
{
    color = texture(hud, uv);
}
